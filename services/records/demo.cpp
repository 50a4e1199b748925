#include "records/demo.hpp"

#include <array>
#include <cstdio>

namespace records {
namespace {

constexpr std::int64_t batch = 1000;

constexpr std::array verbs{"Review", "Prepare", "Migrate", "Audit", "Renew", "Deploy", "Draft",
                           "Verify", "Plan",    "Close",   "整理",  "审核",  "发布",   "优化"};
constexpr std::array things{"quarterly report",  "customer contract", "billing export",     "standby rebuild", "access policy",
                            "index maintenance", "onboarding guide",  "incident follow-up", "backup drill",    "capacity forecast",
                            "数据归档",          "主备切换演练",      "月度报表",           "客户资料"};
constexpr std::array places{"Berlin", "Shenzhen", "São Paulo", "Nairobi", "Osaka", "Toronto", "Zürich", "杭州", "成都", "Lyon"};
constexpr std::array first_names{"Ada",  "Lin",  "Omar", "Grace", "Mei",  "Ivan", "Zoë",  "Noor",
                                 "Kofi", "Luis", "王伟", "李娜",  "张敏", "刘洋", "陈静", "杨帆"};
constexpr std::array teams{"platform", "finance", "support", "research", "运维", "sales"};

/// SplitMix64: well spread and the same everywhere.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

template <class List>
const char* pick(const List& list, std::uint64_t dice) {
  return list[dice % list.size()];
}

}  // namespace

NewRecord demo_record(std::int64_t n) {
  const std::uint64_t dice = mixed(static_cast<std::uint64_t>(n));
  NewRecord record;
  record.title =
      std::string(pick(verbs, dice)) + " " + pick(things, dice >> 8) + " · " + pick(places, dice >> 16) + " #" + std::to_string(n);
  // A few owners hold much, many hold little.
  const std::uint64_t rank = (dice >> 24) % 100 < 60 ? (dice >> 32) % 12 : (dice >> 32) % 96;
  record.owner = std::string(first_names[rank % first_names.size()]) + "@" + teams[rank / first_names.size()];
  const std::uint64_t share = (dice >> 40) % 100;
  record.status = share < 30 ? Status::pending : share < 62 ? Status::active : share < 88 ? Status::done : Status::archived;
  if ((dice >> 48) % 4 != 0)
    record.description = std::string("Requested by ") + pick(first_names, dice >> 52) + " for the " + pick(teams, dice >> 12) +
                         " team in " + pick(places, dice >> 20) + ". Checklist of " + std::to_string(2 + dice % 9) +
                         " steps; see ticket R-" + std::to_string(1000 + dice % 90000) + ".";
  return record;
}

Awaitable<base::Result<void>> load_demo(RecordStore& store, std::int64_t count) {
  for (std::int64_t done = 0; done < count;) {
    const std::int64_t end = std::min(done + batch, count);
    std::vector<NewRecord> rows;
    for (std::int64_t n = done; n < end; ++n) rows.push_back(demo_record(n + 1));
    const base::Deadline deadline = base::SteadyClock::now() + std::chrono::seconds(30);
    auto import = co_await store.begin_import(deadline);
    if (import.has_error()) co_return import.error();
    base::Result<void> added = co_await (*import)->add(std::move(rows), deadline);
    if (added.has_error()) co_return added.error();
    base::Result<Position> committed = co_await (*import)->commit(deadline);
    if (committed.has_error()) co_return committed.error();
    done = end;
    std::fprintf(stderr, "\rdemo records: %lld of %lld (%lld %%)", static_cast<long long>(done), static_cast<long long>(count),
                 static_cast<long long>(done * 100 / count));
  }
  std::fputc('\n', stderr);
  co_return base::Result<void>();
}

}  // namespace records
