// A queue that clients leave in turns: each gives its oldest item, then the next client has its turn, so that a short queue never stands
// behind a long one. Used by RecordsClient for calls that wait to be sent. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace backend {

template <class Item>
class FairQueue {
 public:
  void push_back(std::string_view client, Item item) {
    lane(client).items.push_back(std::move(item));
    ++size_;
  }
  /// Before everything else of this client.
  void push_front(std::string_view client, Item item) {
    lane(client).items.push_front(std::move(item));
    ++size_;
  }

  /// Must not be empty.
  Item pop() {
    const auto first = turns_.begin();
    Item item = std::move(first->items.front());
    first->items.pop_front();
    --size_;
    if (first->items.empty()) leave(first);
    else turns_.splice(turns_.end(), turns_, first);
    return item;
  }

  void erase(std::string_view client, const Item& item) {
    const auto found = lanes_.find(client);
    if (found == lanes_.end()) return;
    const auto place = found->second;
    const auto at = std::find(place->items.begin(), place->items.end(), item);
    if (at == place->items.end()) return;
    place->items.erase(at);
    --size_;
    if (place->items.empty()) leave(place);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  struct Lane {
    std::string client;
    std::deque<Item> items;
  };
  using Place = typename std::list<Lane>::iterator;

  Lane& lane(std::string_view client) {
    if (const auto found = lanes_.find(client); found != lanes_.end()) return *found->second;
    const Place place = turns_.insert(turns_.end(), Lane{std::string(client), {}});
    lanes_.emplace(place->client, place);
    return *place;
  }
  void leave(Place place) {
    lanes_.erase(place->client);
    turns_.erase(place);
  }

  std::list<Lane> turns_;  ///< none is empty
  std::unordered_map<std::string_view, Place> lanes_;
  std::size_t size_ = 0;
};

}  // namespace backend
