// The order in which clients leave the queue.
#include "backend/fair_queue.hpp"

#include "support/catch.hpp"

namespace {

std::string all(backend::FairQueue<int>& queue) {
  std::string order;
  while (!queue.empty()) order += std::to_string(queue.pop()) + " ";
  return order;
}

}  // namespace

TEST_CASE("clients leave in turns, each in its own order") {
  backend::FairQueue<int> queue;
  for (const int item : {1, 2, 3, 4}) queue.push_back("a", item);
  queue.push_back("b", 10);
  queue.push_back("c", 20);
  queue.push_back("c", 21);
  CHECK(queue.size() == 7);
  CHECK(all(queue) == "1 10 20 2 21 3 4 ");
}

TEST_CASE("who comes while a long queue stands is served next but one") {
  backend::FairQueue<int> queue;
  for (int item = 1; item < 100; ++item) queue.push_back("a", item);
  CHECK(queue.pop() == 1);
  queue.push_back("b", 1000);
  CHECK(queue.pop() == 2);
  CHECK(queue.pop() == 1000);
  CHECK(queue.pop() == 3);
}

TEST_CASE("what is put back goes before its client's others") {
  backend::FairQueue<int> queue;
  queue.push_back("a", 2);
  queue.push_front("a", 1);
  CHECK(all(queue) == "1 2 ");
}

TEST_CASE("what is taken out is gone, and so is a client without items") {
  backend::FairQueue<int> queue;
  queue.push_back("a", 1);
  queue.push_back("b", 2);
  queue.push_back("b", 3);
  queue.erase("a", 1);
  queue.erase("b", 2);
  queue.erase("b", 7);
  queue.erase("c", 3);
  CHECK(queue.size() == 1);
  queue.push_back("a", 4);
  CHECK(all(queue) == "3 4 ");
}
