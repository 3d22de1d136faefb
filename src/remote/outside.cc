#include "remote/outside.h"

namespace step::remote {

Outside::Outside(KeySet::World world, const Environment* environment)
    : world_(std::move(world)),
      projects_(std::make_shared<GoogleProjects>(world_.fetcher, world_.clock, environment)) {}

std::shared_ptr<KeySet> Outside::keys(const KeyPlace& place) {
    const std::scoped_lock lock(mutex_);
    std::weak_ptr<KeySet>& known = sets_[place];
    std::shared_ptr<KeySet> set = known.lock();
    if (set == nullptr) {
        set = std::make_shared<KeySet>(place, world_);
        known = set;
    }
    return set;
}

}  // namespace step::remote
