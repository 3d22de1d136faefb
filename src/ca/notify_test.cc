#include "ca/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>

#include <doctest/doctest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_environment.h"
#include "tests/support/temp_folder.h"

namespace step::ca {
namespace {

/// A service manager that listens.
struct Manager {
    int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    explicit Manager(const std::string& name) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(name.begin(), name.end(), address.sun_path);
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    }
    ~Manager() { (void)::close(descriptor); }
    std::string heard() const {
        std::array<char, 256> text{};
        const ssize_t size = ::recv(descriptor, text.data(), text.size(), MSG_DONTWAIT);
        return size < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(size));
    }
};

test::FakeEnvironment with(const std::string& socket) {
    return test::FakeEnvironment({{"NOTIFY_SOCKET", socket}});
}

TEST_CASE("a service manager hears of each change, on a path or an abstract name") {
    const test::TempFolder folder;
    test::FakeClock clock;
    clock.ticks = std::chrono::nanoseconds(1'234'567'899);
    const std::string abstract = "step-ca-notify-test-" + std::to_string(::getpid());
    for (const auto& [bound, named] : {std::pair{folder / "notify", folder / "notify"},
                                       std::pair{'\0' + abstract, '@' + abstract}}) {
        const Manager manager(bound);
        const Notifier notifier(with(named));
        REQUIRE(notifier.ready());
        CHECK(manager.heard() == "READY=1\n");
        REQUIRE(notifier.reloading(clock));
        CHECK(manager.heard() == "RELOADING=1\nMONOTONIC_USEC=1234567\n");
        REQUIRE(notifier.stopping());
        CHECK(manager.heard() == "STOPPING=1\n");
    }
}

TEST_CASE("without a service manager nothing is told and nothing fails") {
    CHECK(Notifier(test::FakeEnvironment()).ready());
    CHECK(Notifier(with("")).ready());
}

TEST_CASE("a manager that is gone, and a name that is none, are failures with a reason") {
    const test::TempFolder folder;
    CHECK(Notifier(with(folder / "none")).ready().error().detail ==
          "error notifying " + folder.path + "/none: no such file or directory");
    CHECK(Notifier(with("relative")).ready().error().detail ==
          "error notifying relative: not the name of a socket");
    CHECK_FALSE(Notifier(with("/" + std::string(107, 'x'))).ready());
}

}  // namespace
}  // namespace step::ca
