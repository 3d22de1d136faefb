#include "storage/lmdb/check.h"

#include <cstring>
#include <vector>

#include <fmt/core.h>

namespace step::storage {
namespace {

// The layout of LMDB 0.9's data file, from mdb.c: MDB_page, MDB_meta, MDB_db, MDB_node.
constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeader = 16;     ///< Number, padding, flags, bounds.
constexpr std::size_t kMetaDbs = 24;    ///< Within MDB_meta: the free list's tree, then the names'.
constexpr std::size_t kDbBytes = 48;    ///< MDB_db
constexpr std::size_t kNodeHeader = 8;  ///< Size or child, flags, key size.
constexpr std::size_t kMetaBytes = 136;  ///< MDB_meta
constexpr unsigned kMaxDepth = 32;       ///< LMDB's own stack of a cursor.
constexpr std::size_t kMaxKeyBytes = 511;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr unsigned kBranch = 1, kLeaf = 2, kOverflow = 4, kMeta = 8;
constexpr unsigned kBigData = 1, kSubtree = 2;

struct Tree {
    std::uint16_t flags = 0, depth = 0;
    std::uint64_t entries = 0, root = kNoPage;
};

struct State {
    std::uint32_t page_size = 0;
    std::uint64_t last = 0, transaction = 0;
    Tree free{}, names{};
};

template <class T>
T load(ByteView bytes, std::size_t at) {
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

Error damaged(std::string what) {
    return {.code = Code::kInvalidArgument, .detail = std::move(what)};
}

Error bad_page(std::uint64_t page, std::string_view what) {
    return damaged(fmt::format("page {} {}", page, what));
}

Tree parse_tree(ByteView bytes, std::size_t at) {
    return {.flags = load<std::uint16_t>(bytes, at + 4),
            .depth = load<std::uint16_t>(bytes, at + 6),
            .entries = load<std::uint64_t>(bytes, at + 32),
            .root = load<std::uint64_t>(bytes, at + 40)};
}

Result<State> parse_state(ByteView file, std::uint64_t page, std::size_t at) {
    if (file.size() < at + kHeader + kMetaBytes) {
        return bad_page(page, "is missing: the file is too short");
    }
    const ByteView meta = file.substr(at + kHeader, kMetaBytes);
    if ((load<std::uint16_t>(file, at + 10) & kMeta) == 0 ||
        load<std::uint32_t>(meta, 0) != kMagic || load<std::uint32_t>(meta, 4) != kVersion) {
        return bad_page(page, "is no head of a database");
    }
    return State{.page_size = load<std::uint32_t>(meta, kMetaDbs),
                 .last = load<std::uint64_t>(meta, kMetaDbs + 2 * kDbBytes),
                 .transaction = load<std::uint64_t>(meta, kMetaDbs + 2 * kDbBytes + 8),
                 .free = parse_tree(meta, kMetaDbs),
                 .names = parse_tree(meta, kMetaDbs + kDbBytes)};
}

Result<State> find_state(ByteView file, std::optional<std::uint64_t> transaction) {
    STEP_ASSIGN(const State first, parse_state(file, 0, 0));
    const std::uint32_t size = first.page_size;
    if (size < 256 || size > 65536 || (size & (size - 1)) != 0) {
        return bad_page(0, "names an impossible page size");
    }
    STEP_ASSIGN(const State second, parse_state(file, 1, size));
    if (second.page_size != size) {
        return bad_page(1, "names another page size than page 0");
    }
    const State& newest = second.transaction > first.transaction ? second : first;
    if (!transaction || *transaction == newest.transaction) {
        return newest;
    }
    const State& older = second.transaction > first.transaction ? first : second;
    if (*transaction == older.transaction) {
        return older;
    }
    return Error{
        .code = Code::kConflict, .detail = "the state asked for is gone", .reason = kStateGone};
}

/// Which tree a page belongs to: what its entries are.
enum class PageKind : unsigned char { kFree, kNames, kRows };

class Walk {
public:
    Walk(ByteView file, const State& state, Depth depth)
        : file_(file),
          state_(state),
          depth_(depth),
          pages_(file.size() / state.page_size),
          led_to_(static_cast<std::size_t>(pages_)) {}

    Status run() {
        if (state_.last < 1) {
            return damaged("its head names no pages");
        }
        if (state_.names.flags != 0) {
            return damaged("its head names tables of another kind");
        }
        STEP_TRY(tree(state_.names, PageKind::kNames));
        for (std::size_t i = 0; i < tables_.size(); ++i) {  // Rows add none.
            STEP_TRY(tree(tables_[i], PageKind::kRows));
        }
        return tree(state_.free, PageKind::kFree);
    }

private:
    struct Node {
        std::string_view key{};
        std::size_t at = 0;  ///< Of its data, in the file.
        std::uint64_t size = 0, child = 0;
        unsigned flags = 0;
    };

    Status tree(const Tree& tree, PageKind kind) {
        if (tree.root == kNoPage) {
            return tree.entries == 0 ? ok() : damaged("a table has rows and no pages");
        }
        if (tree.depth == 0 || tree.depth > kMaxDepth) {
            return damaged(fmt::format("a table is {} pages deep", tree.depth));
        }
        entries_ = 0;
        last_key_ = {};
        const bool whole = kind != PageKind::kRows || depth_ == Depth::kEverything;
        STEP_TRY(page(tree.root, tree.depth, kind, whole || tree.depth == 1));
        if ((whole || tree.depth == 1) && entries_ != tree.entries) {
            return damaged(
                fmt::format("a table has {} rows and should have {}", entries_, tree.entries));
        }
        return ok();
    }

    /// Marks `count` pages from `number` on as in use.
    Status claim(std::uint64_t number, std::uint64_t count) {
        if (number < 2 || number > state_.last || count > state_.last - number + 1) {
            return bad_page(number, "is led to and does not exist");
        }
        if (number >= pages_ || count > pages_ - number) {
            return bad_page(number, "is missing: the file is too short");
        }
        for (std::uint64_t i = number; i < number + count; ++i) {
            if (led_to_[static_cast<std::size_t>(i)]) {
                return bad_page(i, "is used twice");
            }
            led_to_[static_cast<std::size_t>(i)] = true;
        }
        return ok();
    }

    std::size_t place(std::uint64_t number) const {
        return static_cast<std::size_t>(number) * state_.page_size;
    }

    Status header(std::uint64_t number, unsigned kind) const {
        const std::size_t at = place(number);
        const unsigned flags = load<std::uint16_t>(file_, at + 10);
        if (load<std::uint64_t>(file_, at) != number || (flags & 0x7fU & ~0x10U) != kind) {
            return bad_page(number, "is not what it should be");
        }
        return ok();
    }

    // Recurses at most kMaxDepth deep; claim() ends what leads in circles.
    Status page(std::uint64_t number, unsigned level, PageKind kind,
                bool leaves) {  // NOLINT(misc-no-recursion)
        STEP_TRY(claim(number, 1));
        if (level == 1 && !leaves) {
            return ok();
        }
        STEP_TRY(header(number, level == 1 ? kLeaf : kBranch));
        const std::size_t lower = load<std::uint16_t>(file_, place(number) + 12);
        const std::size_t upper = load<std::uint16_t>(file_, place(number) + 14);
        if (lower < kHeader || lower % 2 != 0 || lower > upper || upper > state_.page_size) {
            return bad_page(number, "has bounds that cannot be");
        }
        const std::size_t count = (lower - kHeader) / 2;
        if (count == 0 || (level > 1 && kind != PageKind::kFree && count < 2)) {
            return bad_page(number, "has too few entries");
        }
        for (std::size_t i = 0; i < count; ++i) {
            STEP_ASSIGN(const Node node, entry(number, i, upper, level == 1));
            if (level > 1) {
                STEP_TRY(page(node.child, level - 1, kind, leaves));
            } else {
                STEP_TRY(row(number, node, kind));
            }
        }
        return ok();
    }

    Result<Node> entry(std::uint64_t number, std::size_t index, std::size_t upper,
                       bool leaf) const {
        const std::size_t page_at = place(number);
        const std::size_t offset = load<std::uint16_t>(file_, page_at + kHeader + 2 * index);
        if (offset < upper || offset % 2 != 0 || offset + kNodeHeader > state_.page_size) {
            return bad_page(number, "has an entry outside of it");
        }
        const std::size_t at = page_at + offset;
        const std::uint64_t low = load<std::uint16_t>(file_, at);
        const std::uint64_t high = load<std::uint16_t>(file_, at + 2);
        const unsigned flags = load<std::uint16_t>(file_, at + 4);
        const std::size_t key = load<std::uint16_t>(file_, at + 6);
        Node node{.at = at + kNodeHeader + key, .flags = flags};
        std::size_t inside = 0;
        if (leaf) {
            node.size = low | high << 16U;
            inside = (flags & kBigData) != 0 ? sizeof(std::uint64_t)
                                             : static_cast<std::size_t>(node.size);
        } else {
            node.child = low | high << 16U | static_cast<std::uint64_t>(flags) << 32U;
        }
        if (key > kMaxKeyBytes || inside > state_.page_size ||
            offset + kNodeHeader + key + inside > state_.page_size ||
            (leaf && (key == 0 || (flags & ~(kBigData | kSubtree)) != 0))) {
            return bad_page(number, "has an entry that does not fit");
        }
        node.key = file_.substr(at + kNodeHeader, key);
        return node;
    }

    Status row(std::uint64_t number, const Node& node, PageKind kind) {
        const bool ascends =
            kind == PageKind::kFree
                ? node.key.size() == 8 && (entries_ == 0 || load<std::uint64_t>(node.key, 0) >
                                                                load<std::uint64_t>(last_key_, 0))
                : entries_ == 0 || node.key > last_key_;
        if (!ascends) {
            return bad_page(number, "has keys out of order");
        }
        last_key_ = node.key;
        ++entries_;
        if (((node.flags & kSubtree) != 0) != (kind == PageKind::kNames)) {
            return bad_page(number, "has an entry of another kind");
        }
        std::size_t at = node.at;
        if ((node.flags & kBigData) != 0) {
            STEP_ASSIGN(at, overflow(load<std::uint64_t>(file_, node.at), node.size));
        }
        if (kind == PageKind::kNames) {
            if (node.size != kDbBytes || (node.flags & kBigData) != 0) {
                return bad_page(number, "describes a table wrongly");
            }
            tables_.push_back(parse_tree(file_, node.at));
            if (tables_.back().flags != 0) {  // Duplicates and number keys: none of ours.
                return bad_page(number, "describes a table of another kind");
            }
        }
        return kind == PageKind::kFree ? free_pages(number, file_.substr(at, node.size)) : ok();
    }

    /// Where a value on pages of its own begins.
    Result<std::size_t> overflow(std::uint64_t number, std::uint64_t size) {
        const std::uint64_t count = (kHeader + size + state_.page_size - 1) / state_.page_size;
        STEP_TRY(claim(number, count));
        STEP_TRY(header(number, kOverflow));
        const std::size_t at = place(number);
        const std::uint64_t claimed = load<std::uint32_t>(file_, at + 12);
        if (claimed < count) {
            return bad_page(number, "is shorter than its value");
        }
        if (claimed > count) {
            STEP_TRY(claim(number + count, claimed - count));
        }
        return at + kHeader;
    }

    /// A list of page numbers, largest first, behind their count.
    Status free_pages(std::uint64_t number, ByteView list) const {
        const std::size_t room = list.size() / 8;
        const std::uint64_t count = room == 0 ? 1 : load<std::uint64_t>(list, 0);
        if (count >= std::max<std::size_t>(room, 1)) {
            return bad_page(number, "has a free list that does not fit");
        }
        std::uint64_t before = state_.last + 1;
        for (std::size_t i = 1; i <= count; ++i) {
            const std::uint64_t free = load<std::uint64_t>(list, 8 * i);
            if (free < 2 || free >= before) {
                return bad_page(number, "has a free list that cannot be");
            }
            if (free < pages_ && led_to_[static_cast<std::size_t>(free)]) {
                return bad_page(free, "is in use and on the free list");
            }
            before = free;
        }
        return ok();
    }

    ByteView file_;
    const State& state_;
    const Depth depth_;
    const std::uint64_t pages_;  ///< That the file has.
    std::vector<bool> led_to_;
    std::vector<Tree> tables_;
    std::uint64_t entries_ = 0;  ///< Of the tree being read.
    std::string_view last_key_;
};

}  // namespace

Status check_pages(ByteView file, std::optional<std::uint64_t> transaction, Depth depth) {
    STEP_ASSIGN(const State state, find_state(file, transaction));
    return Walk(file, state, depth).run();
}

}  // namespace step::storage
