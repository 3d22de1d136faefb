#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "remote/key_set.h"

namespace step {
class Environment;
}

namespace step::remote {

class GoogleProjects;

/// What the provisioners of a CA ask other servers for. It goes on from one configuration to the
/// next, so that a reload fetches nothing anew. Thread-safe.
class Outside {
public:
    /// `environment` may be null; what the world refers to outlives all that is handed out.
    Outside(KeySet::World world, const Environment* environment);

    /// The keys at a place: the same object for all who ask while one of them has it.
    std::shared_ptr<KeySet> keys(const KeyPlace& place);
    std::shared_ptr<GoogleProjects> google_projects() const { return projects_; }

private:
    KeySet::World world_;
    std::shared_ptr<GoogleProjects> projects_;
    std::mutex mutex_{};
    std::vector<std::weak_ptr<KeySet>> sets_{};
};

}  // namespace step::remote
