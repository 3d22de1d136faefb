#include <cassert>
#include <string_view>

#include "fuzz/fuzz.h"
#include "json/parse.h"
#include "json/write.h"
#include "webhook/answer.h"
#include "webhook/secrets.h"

using namespace step;

FUZZ_TARGET(webhook_response) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto answer = webhook::parse_answer(text);
    if (answer) {
        // A server that says no more than no must not be heard as a yes.
        assert(!answer->allow || text.find("true") != std::string_view::npos);
        assert(webhook::refusal_text(*answer).size() < 3000);
        // What is kept for templates can be read again.
        assert(json::parse(json::encode(answer->data)));
    } else {
        assert(answer.error().code == Code::kInvalidArgument && !answer.error().detail.empty());
    }
    // The file with the credentials is the operator's; it is read whole or refused.
    if (webhook::parse_credentials(text, "f")) {
        auto file = webhook::CredentialsFile::parse(text, "f");
        assert(file);
        file->set_secret("id", "AA==");
        assert(webhook::parse_credentials(file->text(), "f"));
    }
}
