#include "base/pem.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"

namespace step {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::string_view kBlank = " \t\r";

/// Cuts the first line off `text`; gives it without white space at its end.
std::string_view take_line(std::string_view& text) {
    const std::size_t at = text.find('\n');
    std::string_view line = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    const std::size_t last = line.find_last_not_of(kBlank);
    return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// The type of a BEGIN line, none if it is not one.
std::optional<std::string_view> begin_type(std::string_view line) {
    if (!line.starts_with(kBegin) || !line.ends_with(kDashes) ||
        line.size() < kBegin.size() + kDashes.size()) {
        return std::nullopt;
    }
    return line.substr(kBegin.size(), line.size() - kBegin.size() - kDashes.size());
}

/// The block whose BEGIN line was just cut off `text`; moves `text` behind its END line.
std::optional<PemBlock> read_block(std::string_view type, std::string_view& text) {
    PemBlock block{.type = std::string(type)};
    std::string_view rest = text;
    // Headers, as long as lines have a colon; a blank line after them is not needed.
    for (;;) {
        std::string_view probe = rest;
        const std::string_view line = take_line(probe);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || line.starts_with(kDashes)) {
            break;
        }
        block.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
        rest = probe;
    }
    // The text of a private key is as good as the key: no copy of it stays behind.
    const bool secret = type.ends_with("PRIVATE KEY");
    std::string base64;
    if (secret) {
        base64.reserve(std::min(rest.size(), rest.find(kDashes)));  // So that it never moves.
    }
    for (;;) {
        if (rest.empty()) {
            return std::nullopt;
        }
        const std::string_view line = take_line(rest);
        if (line.starts_with(kEnd)) {
            const std::string_view tail = line.substr(kEnd.size());
            if (!tail.ends_with(kDashes) || tail.substr(0, tail.size() - kDashes.size()) != type) {
                return std::nullopt;
            }
            break;
        }
        if (line.starts_with(kDashes)) {
            return std::nullopt;
        }
        for (const char c : line) {
            if (kBlank.find(c) == std::string_view::npos) {
                base64 += c;
            }
        }
    }
    auto bytes = parse_base64(base64);
    if (secret) {
        wipe(base64);
    }
    if (!bytes) {
        return std::nullopt;
    }
    block.bytes = *std::move(bytes);
    text = rest;
    return block;
}

}  // namespace

std::optional<PemStep> next_pem(std::string_view text) {
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view line = take_line(rest);
        const auto type = begin_type(line);
        if (!type) {
            continue;
        }
        if (auto block = read_block(*type, rest)) {
            return PemStep{*std::move(block), text.size() - rest.size()};
        }
    }
    return std::nullopt;
}

Result<std::vector<PemBlock>> parse_pem(std::string_view text) {
    std::vector<PemBlock> blocks;
    while (auto step = next_pem(text)) {
        blocks.push_back(std::move(step->block));
        text.remove_prefix(step->rest);
    }
    if (blocks.empty()) {
        return Error{.code = Code::kInvalidArgument, .detail = "no PEM block found"};
    }
    return blocks;
}

std::string encode_pem(const PemBlock& block) {
    std::string text;
    text.append(kBegin).append(block.type).append(kDashes).append("\n");
    if (!block.headers.empty()) {
        auto headers = block.headers;
        std::sort(headers.begin(), headers.end(), [](const auto& a, const auto& b) {
            const bool a_first = a.first == "Proc-Type";
            const bool b_first = b.first == "Proc-Type";
            return a_first != b_first ? a_first : a.first < b.first;
        });
        for (const auto& [name, value] : headers) {
            text.append(name).append(": ").append(value).append("\n");
        }
        text += '\n';
    }
    const std::string base64 = encode_base64(block.bytes);
    for (std::size_t i = 0; i < base64.size(); i += 64) {
        text.append(base64, i, 64).append("\n");
    }
    text.append(kEnd).append(block.type).append(kDashes).append("\n");
    return text;
}

std::string encode_pem(std::string_view type, ByteView bytes) {
    return encode_pem(PemBlock{.type = std::string(type), .bytes = Bytes(bytes)});
}

}  // namespace step
