#include "remote/outside.h"

#include "remote/google.h"

namespace step::remote {

Outside::Outside(KeySet::World world, const Environment* environment)
    : world_(std::move(world)),
      projects_(std::make_shared<GoogleProjects>(world_.fetcher, world_.clock, environment)) {}

std::shared_ptr<KeySet> Outside::keys(const KeyPlace& place) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(sets_, [](const std::weak_ptr<KeySet>& one) { return one.expired(); });
    for (const std::weak_ptr<KeySet>& one : sets_) {
        if (std::shared_ptr<KeySet> known = one.lock(); known && known->place() == place) {
            return known;
        }
    }
    auto set = std::make_shared<KeySet>(place, world_);
    sets_.push_back(set);
    return set;
}

}  // namespace step::remote
