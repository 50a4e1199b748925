#include "http/admission.hpp"

#include "http/list.hpp"

#include <algorithm>
#include <utility>

namespace http {

Admission::Admission(std::size_t most)
    : most_(std::max<std::size_t>(most, 1)), most_writes_(std::max<std::size_t>(most_ * 3 / 4, 1)), shared_(most_ - most_ / 8) {}

Admission::Place Admission::enter(std::string_view client, Method method) {
  Place place;
  const bool writes = method != Method::get && method != Method::head;
  if (in_flight_ >= most_ || (writes && writes_ >= most_writes_)) {
    place.answer_ = Answer::full;
    return place;
  }
  auto& entry = *clients_.try_emplace(std::string(client)).first;
  if (entry.second > 0 && entry.second >= shared_ / clients_.size()) {
    place.answer_ = Answer::client_full;
    return place;
  }
  ++entry.second;
  ++in_flight_;
  writes_ += writes;
  place.home_ = this;
  place.client_ = &entry;
  place.writes_ = writes;
  return place;
}

Admission::Place::Place(Place&& other) noexcept { *this = std::move(other); }

Admission::Place& Admission::Place::operator=(Place&& other) noexcept {
  std::swap(home_, other.home_);
  std::swap(client_, other.client_);
  std::swap(writes_, other.writes_);
  std::swap(answer_, other.answer_);
  return *this;
}

void Admission::Place::leave() {
  if (!home_) return;
  Admission& home = *std::exchange(home_, nullptr);
  --home.in_flight_;
  home.writes_ -= writes_;
  if (--client_->second == 0) home.clients_.erase(home.clients_.find(client_->first));
}

std::string client_key(const boost::asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  if (address.to_v6().is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6(bytes).to_string();
}

std::string_view forwarded_client(std::string_view forwarded_for) {
  const auto comma = forwarded_for.rfind(',');
  return trim(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
}

}  // namespace http
