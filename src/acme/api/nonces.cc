#include "acme/api/nonces.h"

#include "acme/problem_types.h"
#include "base/base64.h"
#include "crypto/digest.h"

namespace step::acme {
namespace {

constexpr const char* kKeyspace = "acme_nonces";
constexpr std::string_view kKeyRow = "key";
/// Rows of used nonces: this, the time it was made, origin and number, each big-endian.
constexpr char kUsedRow = 'u';

constexpr std::size_t kKeyBytes = 32, kTagBytes = 16, kTokenBytes = 14;
constexpr std::uint64_t kNumbersInBlock = std::uint64_t{1} << 16U;
/// A clock that is put back a little, or differs between two processes, does no harm.
constexpr std::uint32_t kSlack = 60;

template <class Number>
void append(Bytes& out, Number value, unsigned width) {
    for (unsigned shift = 8 * width; shift > 0; shift -= 8) {
        out.push_back(static_cast<char>((value >> (shift - 8)) & 0xffU));
    }
}

std::uint64_t read(ByteView octets) {
    std::uint64_t value = 0;
    for (const char octet : octets) {
        value = (value << 8U) | static_cast<unsigned char>(octet);
    }
    return value;
}

Secret derive(const Secret& key, std::string_view purpose) {
    return Secret(crypto::hmac(crypto::Hash::kSha256, key.view(), purpose));
}

/// `text` with the pad of this tag over it: to hide, and to show again.
Bytes masked(const Secret& key, ByteView tag, Bytes text) {
    const Bytes pad = crypto::hmac(crypto::Hash::kSha256, key.view(), tag);
    for (std::size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<char>(text[i] ^ pad[i]);
    }
    return text;
}

Error bad_nonce(std::string cause) {
    return {.code = Code::kInvalidArgument, .cause = std::move(cause), .reason = kBadNonce};
}

/// The key on record, or `fresh` if there is none.
Result<Bytes> read_or_keep_key(storage::Database& database, const Bytes& fresh) {
    Bytes key;
    STEP_TRY(database.transact([&](storage::Transaction& transaction) -> Status {
        STEP_ASSIGN(const std::optional<std::string> row, transaction.get(kKeyspace, kKeyRow));
        key = row.value_or(fresh);
        return row ? ok() : transaction.put(kKeyspace, kKeyRow, fresh);
    }));
    if (key.size() != kKeyBytes) {
        return Error{.code = Code::kInternal, .cause = "the key of ACME nonces is damaged"};
    }
    return key;
}

}  // namespace

std::vector<std::string> Nonces::keyspaces() {
    return {kKeyspace};
}

Result<std::shared_ptr<Nonces>> Nonces::open(storage::Database& database, Random& random,
                                             const Clock& clock, Memory memory) {
    STEP_ASSIGN(Bytes key, read_or_keep_key(database, random.bytes(kKeyBytes)));
    const auto origin = static_cast<std::uint32_t>(read(random.bytes(4)));
    return std::shared_ptr<Nonces>(
        new Nonces(database, clock, memory, Secret(std::move(key)), origin));
}

Nonces::Nonces(storage::Database& database, const Clock& clock, Memory memory, const Secret& key,
               std::uint32_t origin)
    : database_(database),
      clock_(clock),
      memory_(memory),
      origin_(origin),
      tag_key_(derive(key, "acme nonce tag")),
      mask_key_(derive(key, "acme nonce mask")) {}

std::uint32_t Nonces::now() const {
    const auto since = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch();
    return static_cast<std::uint32_t>(since.count());
}

/// The tag is made of what it stands for, so that two nonces never have the same: it hides the
/// rest, which would tell strangers how busy we are, and proves that we made it.
std::string Nonces::encode(const Token& token) const {
    Bytes text;
    append(text, token.made, 4);
    append(text, token.origin, 4);
    append(text, token.number, 6);
    Bytes tag = crypto::hmac(crypto::Hash::kSha256, tag_key_.view(), text);
    tag.resize(kTagBytes);
    const Bytes hidden = masked(mask_key_, tag, std::move(text));
    return encode_base64(tag + hidden, Base64::kRawUrl);
}

bool Nonces::decode(std::string_view nonce, Token& token) const {
    const Result<Bytes> octets = parse_base64(nonce, Base64::kRawUrl);
    if (!octets || octets->size() != kTagBytes + kTokenBytes) {
        return false;
    }
    const ByteView tag = ByteView(*octets).substr(0, kTagBytes);
    const Bytes text = masked(mask_key_, tag, octets->substr(kTagBytes));
    const Bytes whole = crypto::hmac(crypto::Hash::kSha256, tag_key_.view(), text);
    if (!crypto::equal_secrets(ByteView(whole).substr(0, kTagBytes), tag)) {
        return false;
    }
    const ByteView view = text;
    token = {.made = static_cast<std::uint32_t>(read(view.substr(0, 4))),
             .origin = static_cast<std::uint32_t>(read(view.substr(4, 4))),
             .number = read(view.substr(8))};
    return true;
}

std::string Nonces::make() {
    Token token{.made = now(), .origin = origin_};
    {
        const std::lock_guard lock(mutex_);
        token.number = next_++;
        if (memory_ == Memory::kProcess) {
            forget(token);
            if (token.number >= first_ + used_.size() * kNumbersInBlock) {
                used_.push_back({.bits = std::vector<std::uint64_t>(kNumbersInBlock / 64)});
            }
            used_.back().last_made = token.made;
        }
    }
    return encode(token);
}

/// Drops blocks of which all have run out, and the oldest where there are too many.
void Nonces::forget(const Token& newest) {
    const auto good_for = static_cast<std::uint32_t>(kGoodFor.count());
    while (!used_.empty() && first_ + kNumbersInBlock <= newest.number &&
           (newest.made > used_.front().last_made + good_for + kSlack ||
            used_.size() * kNumbersInBlock > kMaxOutstanding)) {
        used_.pop_front();
        first_ += kNumbersInBlock;
    }
}

Status Nonces::use(std::string_view nonce) {
    Token token;
    if (!decode(nonce, token)) {
        return bad_nonce("nonce is not ours");
    }
    const std::uint32_t at = now();
    if (at > token.made + static_cast<std::uint32_t>(kGoodFor.count()) ||
        token.made > at + kSlack) {
        return bad_nonce("nonce is too old");
    }
    return memory_ == Memory::kProcess ? mark_in_process(token) : mark_in_database(token);
}

Status Nonces::mark_in_process(const Token& token) {
    const std::lock_guard lock(mutex_);
    if (token.origin != origin_ || token.number < first_ || token.number >= next_) {
        return bad_nonce("nonce was made by another process, or before a restart");
    }
    const std::uint64_t place = token.number - first_;
    const std::uint64_t within = place % kNumbersInBlock;
    std::uint64_t& word = used_[place / kNumbersInBlock].bits[within / 64];
    const std::uint64_t bit = std::uint64_t{1} << (within % 64);
    if ((word & bit) != 0) {
        return bad_nonce("nonce was used before");
    }
    word |= bit;
    return ok();
}

Status Nonces::mark_in_database(const Token& token) {
    Bytes row(1, kUsedRow);
    append(row, token.made, 4);
    append(row, token.origin, 4);
    append(row, token.number, 6);
    Status marked = database_.transact(
        [&](storage::Transaction& transaction) { return transaction.insert(kKeyspace, row, ""); });
    return marked || marked.error().code != Code::kConflict
               ? std::move(marked)
               : Status(bad_nonce("nonce was used before"));
}

Result<std::size_t> Nonces::sweep(std::size_t limit) {
    if (memory_ == Memory::kProcess) {
        return std::size_t{0};
    }
    Bytes from(1, kUsedRow), until = from;
    append(until, now() - static_cast<std::uint32_t>(kGoodFor.count()) - kSlack, 4);
    std::size_t gone = 0;
    STEP_TRY(database_.transact([&](storage::Transaction& transaction) -> Status {
        std::vector<std::string> old;
        STEP_TRY(transaction.scan(kKeyspace, from, until, [&](std::string_view key, auto) {
            old.emplace_back(key);
            return old.size() < limit;
        }));
        for (const std::string& key : old) {
            STEP_TRY(transaction.erase(kKeyspace, key));
        }
        gone = old.size();
        return ok();
    }));
    return gone;
}

}  // namespace step::acme
