// step-in-process CONFIG PASSWORD-FILE PATH: posts stdin to PATH of the CA of a ca.json, run in
// this process as `step --offline` does, and prints status and answer. For tests that give such a
// CA a token of their choice, which `step` itself refuses.
#include "app/in_process.h"

#include <cstdio>
#include <iterator>

#include "base/files.h"
#include "base/system.h"
#include "base/text.h"
#include "crypto/random.h"

namespace {

struct Stderr final : step::Log {
    void write(step::Level, std::string_view message, const step::Fields&) override {
        (void)std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
    }
};

step::Status post(const std::string& file, const std::string& password, const std::string& path) {
    const step::SystemClock clock;
    step::crypto::SystemRandom random;
    Stderr log;
    const step::app::Runtime runtime{clock, random, log};
    STEP_ASSIGN(const step::Bytes text, step::read_file(password));
    STEP_ASSIGN(step::setup::Config config, step::setup::load_config(file));
    config.authority.disable_issued_at_check = true;  // The token is older than this process.
    step::app::KeyPassword given;
    given.given = step::Secret(step::Bytes(step::trim(text)));
    STEP_ASSIGN(std::shared_ptr<step::app::App> app,
                step::app::App::open(std::move(config), given, runtime));
    STEP_ASSIGN(const auto client, step::app::connect_in_process(app, {}, runtime));
    std::string body;
    for (int c = std::getchar(); c != EOF; c = std::getchar()) {
        body.push_back(static_cast<char>(c));
    }
    STEP_ASSIGN(const auto answer, client->send({.method = "POST",
                                                 .url = "https://inside" + path,
                                                 .body = body,
                                                 .max_body = std::size_t{1} << 20}));
    (void)std::printf("%d %s", answer.status, answer.body.c_str());
    return step::ok();
}

}  // namespace

int main(int argc, char** argv) {
    const auto status =
        argc == 4 ? post(argv[1], argv[2], argv[3]) : step::Error{.detail = "usage"};
    if (!status) {
        (void)std::fprintf(stderr, "%s\n", status.error().detail.c_str());
    }
    return status ? 0 : 1;
}
