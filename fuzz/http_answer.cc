#include <cassert>
#include <string_view>

#include "fuzz/fuzz.h"
#include "http/request_impl.h"

using step::http::AnswerParser;

// An answer that is taken has a status of three digits, one-line headers, a bounded body.
FUZZ_TARGET(http_answer) {
    std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
    for (const bool has_no_body : {false, true}) {
        AnswerParser parser(4096, 1000, has_no_body);
        std::string pending(bytes);
        while (!pending.empty()) {
            const std::size_t used = parser.put(pending);
            assert(used <= pending.size());
            if (used == 0) {
                break;
            }
            pending.erase(0, used);
        }
        parser.put_end();
        if (parser.done() && parser.problem() == AnswerParser::Problem::kNone) {
            assert(parser.status() >= 200 && parser.status() <= 999);
            for (const auto& [name, value] : parser.headers()) {
                assert(!name.empty() && value.find_first_of("\r\n") == std::string::npos);
            }
            assert(parser.take_body().size() <= 1000);
        }
    }
}
