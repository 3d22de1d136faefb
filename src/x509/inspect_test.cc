// The expected outputs were recorded from the original step v0.30.3 (tests/data/inspect/).
#include "x509/inspect.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "base/pem.h"
#include "json/parse.h"
#include "json/write.h"
#include "tests/support/inspect_waiting.h"

namespace step::x509 {
namespace {

const std::string kFolder = std::string(STEP_TEST_DATA) + "/inspect";

std::vector<std::string> folders() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool recorded(const std::string& file) {
    return std::filesystem::exists(kFolder + "/" + file);
}

/// The original lists "names" in the order of a Go map, which is random.
json::Value with_sorted_names(json::Value value) {
    if (json::Array* list = value.as_array()) {
        for (json::Value& item : *list) {
            item = with_sorted_names(std::move(item));
        }
    } else if (const json::Value* names = value.find_exact("names")) {
        json::Array sorted = *names->as_array();
        std::sort(sorted.begin(), sorted.end(), [](const json::Value& a, const json::Value& b) {
            return *a.as_string() < *b.as_string();
        });
        value.set("names", std::move(sorted));
    }
    return value;
}

std::string sorted_json(const json::Value& value) {
    return json::encode_indent(with_sorted_names(value), "  ") + "\n";
}

struct Views {
    std::string text{}, brief{};
    json::Array values{};
};

template <class T>
void add(Views& views, const T& shown) {
    views.text += inspect_text(shown);
    views.brief += inspect_short(shown);
    views.values.push_back(inspect_json(shown));
}

/// How many certificates or requests there are to see in `pem`; at most `most` are shown.
Views show(const std::string& pem, std::size_t most) {
    Views views;
    const auto blocks = parse_pem(pem);
    REQUIRE(blocks);
    for (const PemBlock& block : *blocks) {
        if (views.values.size() == most) {
            break;
        }
        if (block.type == "CERTIFICATE") {
            const auto certificate = parse_certificate(block.bytes);
            REQUIRE_MESSAGE(certificate, certificate.error().detail);
            add(views, *certificate);
        } else {
            const auto request = parse_csr_unchecked(block.bytes);
            REQUIRE_MESSAGE(request, request.error().detail);
            add(views, *request);
        }
    }
    return views;
}

/// Every line of the first difference is shown by doctest.
void compare(bool waiting, const std::string& file, const std::string& ours) {
    const std::string theirs = test::data("inspect/" + file);
    CAPTURE(file);
    if (waiting) {
        CHECK(ours != theirs);
    } else {
        CHECK(ours == theirs);
    }
}

void compare_json(bool waiting, const std::string& file, const json::Value& ours) {
    const std::string text = test::data("inspect/" + file);
    const auto theirs = json::parse(text);
    REQUIRE(theirs);
    REQUIRE(json::encode_indent(*theirs, "  ") + "\n" == text);
    CAPTURE(file);
    if (waiting) {
        CHECK(sorted_json(ours) != sorted_json(*theirs));
    } else {
        CHECK(sorted_json(ours) == sorted_json(*theirs));
    }
}

}  // namespace

TEST_CASE("what is shown equals the original byte for byte, but for the order of names") {
    std::size_t count = 0;
    for (const std::string& folder : folders()) {
        if (!recorded(folder + "/text.txt")) {
            continue;
        }
        ++count;
        const bool waiting = test::is_waiting(folder);
        const std::string pem = test::data("inspect/" + folder + "/input.pem");
        const Views first = show(pem, 1);
        compare(waiting, folder + "/text.txt", first.text);
        compare(waiting, folder + "/short.txt", first.brief);
        compare_json(waiting, folder + "/json.json", first.values.front());
        if (recorded(folder + "/bundle-text.txt")) {
            const Views all = show(pem, 100);
            compare(waiting, folder + "/bundle-text.txt", all.text);
            compare(waiting, folder + "/bundle-short.txt", all.brief);
            // One certificate is an object even then.
            compare_json(waiting, folder + "/bundle-json.json",
                         all.values.size() == 1 ? all.values.front() : json::Value(all.values));
        }
    }
    CHECK(count > 20);
}

TEST_CASE("a request is shown whether or not its signature is good, a broken one is refused") {
    const auto block = next_pem(test::data("inspect/csr-step/input.pem"));
    REQUIRE(block);
    Bytes der = block->block.bytes;
    const auto before = parse_csr_unchecked(der);
    REQUIRE(before);
    der.back() = static_cast<char>(der.back() ^ 1);
    const auto after = parse_csr_unchecked(der);
    REQUIRE(after);
    CHECK(after->info == before->info);
    CHECK(after->signature != before->signature);

    for (std::size_t length = 0; length < der.size(); ++length) {
        const auto cut = parse_csr_unchecked(ByteView(der).substr(0, length));
        REQUIRE(!cut);
        CHECK(cut.error().code == Code::kInvalidArgument);
    }
    CHECK(!parse_csr_unchecked(der + "x"));
}

}  // namespace step::x509
