// step-template-run: renders templates as certificates' are rendered, for tests. Each line of
// standard input is {"template": text, "data": any}; each line of the answer is {"output": text},
// {"octets": base64} where the text is not UTF-8, or {"error": text}.
// tests/interop/peers/go_templates is the same in Go. With --time N each template is parsed once
// and run N times; the answer has "nanoseconds" for one.
#include <cstdio>

#include "base/base64.h"
#include "base/system.h"
#include "base/text.h"
#include "crypto/random.h"
#include "json/parse.h"
#include "tmpl/convert.h"
#include "tmpl/strconv.h"
#include "tmpl/template.h"

namespace {

using namespace step;

class Renderer {
public:
    Renderer() {
        tmpl::Functions functions = tmpl::all_functions();
        functions.add(tmpl::asn1_functions());
        functions_ = std::make_shared<const tmpl::Functions>(std::move(functions));
    }

    /// Sets `spent` to what one of `runs` runs took.
    Result<std::string> render(const json::Value& question, long runs,
                               std::chrono::nanoseconds& spent) {
        const json::Value* text = question.find_exact("template");
        const json::Value* data = question.find_exact("data");
        STEP_ASSIGN(const tmpl::Template parsed,
                    tmpl::Template::parse("t", *text->as_string(), functions_));
        STEP_ASSIGN(const tmpl::Value value,
                    data == nullptr ? Result<tmpl::Value>(tmpl::Value()) : tmpl::from_json(*data));
        Result<std::string> output = std::string();
        const auto begin = clock_.monotonic();
        for (long i = 0; i < runs; ++i) {
            output = parsed.execute(value, {.clock = clock_, .random = random_});
        }
        spent = (clock_.monotonic() - begin) / std::max(runs, 1L);
        return output;
    }

private:
    SystemClock clock_{};
    crypto::SystemRandom random_{};
    std::shared_ptr<const tmpl::Functions> functions_{};
};

std::string answer(Renderer& renderer, const json::Value& question, long runs) {
    const auto text = [](std::string_view name, std::string_view value) {
        const tmpl::Value string(value);
        const SystemClock clock;
        crypto::SystemRandom random;
        const tmpl::Surroundings around{.clock = clock, .random = random};
        tmpl::Context context(around);
        const auto encoded = tmpl::to_json(context, string, {.escape_html = false});
        return fmt::format("\"{}\":{}", name, encoded ? *encoded : "\"\"");
    };
    std::chrono::nanoseconds spent{};
    const auto output = renderer.render(question, runs, spent);
    std::string members = !output ? text("error", output.error().has_reason(tmpl::kFailCalled)
                                                      ? output.error().cause
                                                      : output.error().detail)
                          : is_utf8(*output) ? text("output", *output)
                                             : text("octets", encode_base64(*output));
    if (!output && output.error().has_reason(tmpl::kLimit)) {
        members += ",\"limit\":true";
    }
    if (runs > 1) {
        members += fmt::format(",\"nanoseconds\":{}", spent.count());
    }
    return "{" + members + "}\n";
}

}  // namespace

int main(int argc, char** argv) {
    const bool timed = argc == 3 && std::string_view(argv[1]) == "--time";
    const long runs = timed ? static_cast<long>(tmpl::parse_int(argv[2], 10).value) : 1;
    Renderer renderer;
    std::string line;
    for (int c = std::getchar(); c != EOF; c = std::getchar()) {
        if (c != '\n') {
            line.push_back(static_cast<char>(c));
            continue;
        }
        const auto question = json::parse(line);
        if (!question || question->find_exact("template") == nullptr) {
            (void)std::fputs("not a question\n", stderr);
            return 1;
        }
        const std::string text = answer(renderer, *question, runs);
        (void)std::fwrite(text.data(), 1, text.size(), stdout);
        line.clear();
    }
    return 0;
}
