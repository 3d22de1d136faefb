#include "storage/tables.h"

namespace step::storage {
namespace {

constexpr std::size_t kWholePart = 200;  ///< Longer parts are cut and hashed.
constexpr std::size_t kKeptOfPart = 168;

/// Octet 0 becomes 0 255. What ends a part (0 1, or 0 2 for a hashed one) is then found in no
/// part and sorts before anything that could continue it.
std::string escaped(ByteView part) {
    std::string out;
    out.reserve(part.size() + 2);
    for (const char c : part) {
        out += c;
        if (c == '\0') {
            out += '\xff';
        }
    }
    return out;
}

std::string to_octets(std::uint64_t value, unsigned width) {
    std::string out(width, '\0');
    for (unsigned i = width; i-- > 0; value >>= 8U) {
        out[i] = static_cast<char>(value & 0xffU);
    }
    return out;
}

std::uint64_t from_octets(std::string_view octets) {
    std::uint64_t value = 0;
    for (const char c : octets) {
        value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
}

constexpr unsigned kVersionBytes = 4;
constexpr unsigned kOffsetBytes = 2;

std::string encode_row(std::uint32_t version, std::string_view value) {
    std::string out = to_octets(version, kVersionBytes);
    return out.append(value);
}

Result<Row> parse_row(std::string_view stored) {
    if (stored.size() < kVersionBytes) {
        return Error{.code = Code::kInternal, .cause = "a stored row without version"};
    }
    return Row{.version = static_cast<std::uint32_t>(from_octets(stored.substr(0, kVersionBytes))),
               .value = std::string(stored.substr(kVersionBytes))};
}

Error moved() {
    return {.code = Code::kConflict, .detail = "changed by someone else"};
}

}  // namespace

Key& Key::number(std::uint64_t value, unsigned width) {
    width = std::clamp(width, 1U, 8U);
    if (width < 8 && value >> (8 * width) != 0) {
        value = (std::uint64_t{1} << (8 * width)) - 1;
    }
    key_ += to_octets(value, width);
    return *this;
}

Key& Key::text(ByteView part) {
    std::string whole = escaped(part.substr(0, kWholePart + 1));
    if (whole.size() <= kWholePart) {
        key_.append(whole).append("\0\1", 2);
        return *this;
    }
    whole.resize(kKeptOfPart);
    if (whole.back() == '\0') {
        whole.pop_back();  // Half of an escape.
    }
    key_.append(whole).append(escaped(digest_(part))).append("\0\2", 2);
    return *this;
}

Key& Key::raw(ByteView part) {
    key_.append(part);
    return *this;
}

std::string prefix_end(std::string_view prefix) {
    std::string end(prefix);
    while (!end.empty() && end.back() == '\xff') {
        end.pop_back();
    }
    if (!end.empty()) {
        end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
    }
    return end;
}

std::vector<std::string_view> Table::keyspaces() const {
    std::vector<std::string_view> names{name_};
    for (const Index& index : indexes_) {
        names.emplace_back(index.name);
    }
    return names;
}

Result<std::optional<Row>> Table::get(const Snapshot& view, std::string_view key) const {
    STEP_ASSIGN(const std::optional<std::string> stored, view.get(name_, key));
    if (!stored) {
        return std::optional<Row>();
    }
    STEP_ASSIGN(Row row, parse_row(*stored));
    return std::optional(std::move(row));
}

Status Table::scan(const Snapshot& view, std::string_view from, std::string_view to,
                   const std::function<bool(std::string_view, const Row&)>& visit) const {
    Status parsed = ok();
    STEP_TRY(view.scan(name_, from, to, [&](std::string_view key, std::string_view stored) {
        auto row = parse_row(stored);
        if (!row) {
            parsed = std::move(row).error();
            return false;
        }
        return visit(key, *row);
    }));
    return parsed;
}

Status Table::insert(Transaction& transaction, std::string_view key, std::string_view value) const {
    STEP_TRY(transaction.insert(name_, key, encode_row(1, value)));
    return reindex(transaction, key, std::nullopt, value);
}

Status Table::put(Transaction& transaction, std::string_view key, std::string_view value) const {
    STEP_ASSIGN(const std::optional<Row> before, get(transaction, key));
    return before ? update(transaction, key, before->version, value)
                  : insert(transaction, key, value);
}

Status Table::update(Transaction& transaction, std::string_view key, std::uint32_t version,
                     std::string_view value) const {
    STEP_ASSIGN(const std::optional<Row> before, get(transaction, key));
    if (!before || before->version != version) {
        return moved();
    }
    STEP_TRY(transaction.put(name_, key, encode_row(version + 1, value)));
    return reindex(transaction, key, before->value, value);
}

Status Table::erase(Transaction& transaction, std::string_view key) const {
    STEP_ASSIGN(const std::optional<Row> before, get(transaction, key));
    if (!before) {
        return ok();
    }
    STEP_TRY(transaction.erase(name_, key));
    return reindex(transaction, key, before->value, std::nullopt);
}

/// An entry's key is index key and row key; its value says where the second begins.
Status Table::reindex(Transaction& transaction, std::string_view key,
                      const std::optional<std::string_view>& before,
                      const std::optional<std::string_view>& after) const {
    for (const Index& index : indexes_) {
        std::vector<std::string> stale;
        std::vector<std::string> fresh;
        if (before) {
            stale = index.keys(key, *before);
        }
        if (after) {
            fresh = index.keys(key, *after);
        }
        for (const std::string& entry : stale) {
            if (std::find(fresh.begin(), fresh.end(), entry) == fresh.end()) {
                STEP_TRY(transaction.erase(index.name, entry + std::string(key)));
            }
        }
        for (const std::string& entry : fresh) {
            if (std::find(stale.begin(), stale.end(), entry) == stale.end()) {
                STEP_TRY(transaction.put(index.name, entry + std::string(key),
                                         to_octets(entry.size(), kOffsetBytes)));
            }
        }
    }
    return ok();
}

Status Table::scan_index(
    const Snapshot& view, std::string_view index, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
    const auto known = std::find_if(indexes_.begin(), indexes_.end(),
                                    [&](const Index& one) { return one.name == index; });
    if (known == indexes_.end()) {
        return Error{.code = Code::kInternal,
                     .cause = name_ + " has no index " + std::string(index)};
    }
    return view.scan(index, from, to, [&](std::string_view entry, std::string_view offset) {
        const std::size_t split = std::min<std::size_t>(from_octets(offset), entry.size());
        return visit(entry.substr(0, split), entry.substr(split));
    });
}

}  // namespace step::storage
