#include "app/outside.h"

#include "client/proxy.h"
#include "remote/outside.h"
#include "x509/system_roots.h"

namespace step::app {

std::shared_ptr<remote::Outside> make_outside(const Runtime& runtime) {
    const Environment* environment = runtime.environment;
    remote::Surroundings around{
        .roots =
            [environment] {
                std::vector<Bytes> roots;
                if (environment != nullptr) {
                    for (x509::Certificate& root : x509::system_roots(*environment)) {
                        roots.push_back(std::move(root.der));
                    }
                }
                return roots;
            },
        .proxy = [environment](const std::string& url) -> Result<std::string> {
            return environment != nullptr ? client::proxy_for(url, *environment)
                                          : Result<std::string>(std::string());
        }};
    return std::make_shared<remote::Outside>(
        remote::KeySet::World{.fetcher = remote::make_fetcher(std::move(around)),
                              .clock = runtime.clock,
                              .random = runtime.random,
                              .log = runtime.log},
        environment);
}

}  // namespace step::app
