#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/resolver.h"

namespace step::test {

/// Names out of a table. One that has several lists of addresses gives the next at each lookup, and
/// the last for ever. A name without an entry does not exist, one with an error fails with it.
struct FakeResolver final : net::Resolver {
    std::map<std::string, std::vector<std::vector<std::string>>> hosts{};
    std::map<std::string, std::vector<Bytes>> records{};
    std::map<std::string, Error> errors{};

    std::vector<std::string> asked() {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }

    Result<std::vector<net::Address>> addresses(const std::string& name,
                                                const net::Wait& /*wait*/) override {
        if (const auto literal = net::Address::parse(name)) {
            return std::vector<net::Address>{*literal};
        }
        const std::scoped_lock lock(mutex_);
        asked_.push_back(name);
        if (const auto error = errors.find(name); error != errors.end()) {
            return error->second;
        }
        const auto found = hosts.find(name);
        if (found == hosts.end()) {
            return no_such(name);
        }
        std::vector<net::Address> addresses;
        for (const std::string& text : found->second.front()) {
            const auto address = net::Address::parse(text);
            REQUIRE(address);
            addresses.push_back(*address);
        }
        if (found->second.size() > 1) {
            found->second.erase(found->second.begin());
        }
        return addresses;
    }

    Result<std::vector<Bytes>> txt(const std::string& name, const net::Wait& /*wait*/) override {
        const std::scoped_lock lock(mutex_);
        asked_.push_back(name);
        if (const auto error = errors.find(name); error != errors.end()) {
            return error->second;
        }
        const auto found = records.find(name);
        if (found == records.end()) {
            return no_such(name);
        }
        return found->second;
    }

private:
    static Error no_such(const std::string& name) {
        return {.code = Code::kNotFound,
                .detail = "lookup " + name + ": no such host",
                .reason = net::kNoSuchName};
    }

    std::mutex mutex_;
    std::vector<std::string> asked_;
};

}  // namespace step::test
