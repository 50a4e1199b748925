// How many requests are worked on at a time, and by whom: what is beyond is refused before it costs anything. Seven eighths of the places
// are shared equally by the clients that have requests under way, the rest is for newcomers: whoever floods the gateway is refused himself
// and nobody else; and writes, which wait together while the database has no primary, leave room for reads. Made by main.cpp, one a loop;
// asked by the session for every request whose route calls a service. Loop thread only.
#pragma once

#include "http/request.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace http {

class Admission {
 public:
  /// `most`: places; at least 1 is taken.
  explicit Admission(std::size_t most);
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  enum class Answer {
    admitted,
    full,         ///< 503: all places, or those of writes, are taken
    client_full,  ///< 429: this client's are
  };

  /// A place, or the reason why there is none; given back at its end.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place() { leave(); }

    Answer answer() const { return answer_; }
    void leave();

   private:
    friend class Admission;
    Admission* home_ = nullptr;  ///< null: holds no place
    std::pair<const std::string, std::size_t>* client_ = nullptr;
    bool writes_ = false;
    Answer answer_ = Answer::admitted;
  };

  /// `client`: whatever tells one from another, such as `client_key`.
  Place enter(std::string_view client, Method method);

 private:
  const std::size_t most_, most_writes_, shared_;
  std::size_t in_flight_ = 0, writes_ = 0;
  std::unordered_map<std::string, std::size_t> clients_;  ///< places held; only those who hold one
};

/// The address of an IPv4 client; of IPv6 the first 64 bits, which belong to one subscriber.
std::string client_key(const boost::asio::ip::address& address);

/// The client a trusted proxy names: the last address of X-Forwarded-For; empty where there is none.
std::string_view forwarded_client(std::string_view forwarded_for);

}  // namespace http
