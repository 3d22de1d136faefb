#include <cassert>
#include <string_view>

#include "fuzz/fuzz.h"
#include "http/request_impl.h"

namespace {

struct Outcome {
    int problem = 0;
    bool done = false;
    std::string text{};
};

Outcome read(std::string_view bytes, std::size_t piece) {
    step::http::RequestParser parser(4096);
    std::string pending;
    while (!bytes.empty() && parser.problem() == 0 && !parser.done()) {
        pending += bytes.substr(0, piece);
        bytes.remove_prefix(std::min(piece, bytes.size()));
        for (bool more = true; more && !pending.empty();) {
            const bool had_head = parser.head_done();
            const std::size_t used = parser.put(pending);
            assert(used <= pending.size());
            pending.erase(0, used);
            more = used > 0;
            if (!had_head && parser.head_done() && parser.problem() == 0) {
                parser.limit_body(1000);
            }
        }
    }
    Outcome outcome{.problem = parser.problem(), .done = parser.done()};
    if (outcome.done && outcome.problem == 0) {
        const step::http::Request& request = parser.request();
        assert(request.body.size() <= 1000);
        assert(request.path == "*" || request.path.front() == '/');
        outcome.text =
            request.method + " " + request.path + " " + request.query + " " + request.body;
        for (const auto& [name, value] : request.headers) {
            assert(value.find_first_of("\r\n") == std::string::npos);
            outcome.text += name + value;
        }
    }
    return outcome;
}

}  // namespace

// How the bytes are cut into pieces changes nothing about a request that is taken.
FUZZ_TARGET(http_request) {
    const std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
    const Outcome whole = read(bytes, bytes.size() + 1);
    const Outcome pieces = read(bytes, 7);
    assert(whole.done == pieces.done && whole.text == pieces.text);
}
