#include "storage/tables.h"

#include <doctest/doctest.h>

#include "storage/memory/memory.h"

namespace step::storage {
namespace {

/// Stands in for SHA-256: FNV-1a in 32 octets, some of them zero.
Bytes fake_digest(ByteView part) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : part) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return Bytes(8, '\0') + Key(nullptr).number(hash).number(~hash).number(hash).str();
}

std::string text_key(ByteView part) {
    return Key(fake_digest).text(part).take();
}

TEST_CASE("the order of keys is the order of their parts") {
    using namespace std::string_literals;
    const std::vector<std::string> parts = {""s,    "\0"s,   "\0\0"s, "\0a"s, "\1"s,   "a"s,
                                            "a\0"s, "a\0b"s, "ab"s,   "b"s,   "\xff"s, "\xff\xff"s};
    for (std::size_t i = 1; i < parts.size(); ++i) {
        CAPTURE(i);
        CHECK(text_key(parts[i - 1]) < text_key(parts[i]));
        CHECK(Key(fake_digest).text(parts[i - 1]).raw("\xff\xff").take() < text_key(parts[i]));
    }
    CHECK(Key(fake_digest).number(9).take() < Key(fake_digest).number(10).take());
    CHECK(Key(fake_digest).number(255).take() < Key(fake_digest).number(256).take());
}

TEST_CASE("numbers are big-endian in their width, and too large ones are the largest") {
    CHECK(Key(fake_digest).number(0x0102030405, 5).str() == std::string("\1\2\3\4\5"));
    CHECK(Key(fake_digest).number(256, 1).str() == "\xff");
    CHECK(Key(fake_digest).number(~0ULL).str() == std::string(8, '\xff'));
}

TEST_CASE("no encoded part begins another") {
    std::vector<std::string> parts;
    for (const char fill : {'a', '\0', '\1', '\xff'}) {
        for (const std::size_t size : {0, 1, 2, 99, 100, 101, 167, 168, 199, 200, 201, 300, 5000}) {
            parts.emplace_back(size, fill);
        }
    }
    parts.emplace_back(std::string(168, 'a') + fake_digest(std::string(300, 'a')));
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    for (const std::string& a : parts) {
        CHECK(text_key(a).size() <= 236);
        for (const std::string& b : parts) {
            CHECK((a == b || !text_key(b).starts_with(text_key(a))));
        }
    }
}

TEST_CASE("a part over 200 bytes keeps its first 168 and a hash") {
    CHECK(text_key(std::string(200, 'a')) == std::string(200, 'a') + std::string("\0\1", 2));
    CHECK(text_key(std::string(201, 'a')).starts_with(std::string(168, 'a')));
    CHECK(text_key(std::string(201, 'a')) != text_key(std::string(202, 'a')));
    // Of an octet 0, which is written as two, never only the first is kept.
    const std::string cut = std::string(167, 'a') + std::string(1, '\0') + std::string(100, 'b');
    std::string digest;
    for (const char c : fake_digest(cut)) {
        digest.append(1, c).append(c == '\0' ? "\xff" : "");
    }
    CHECK(text_key(cut) == std::string(167, 'a') + digest + std::string("\0\2", 2));
}

TEST_CASE("prefix_end is the first key after all that begin with the prefix") {
    CHECK(prefix_end("ab") == "ac");
    CHECK(prefix_end("a\xff\xff") == "b");
    CHECK(prefix_end("\xff\xff").empty());
    CHECK(prefix_end("").empty());
}

struct World {
    // A row is "owner/expiry".
    Table table{"certs",
                {{.name = "certs_by_owner",
                  .keys =
                      [](std::string_view, std::string_view value) {
                          return std::vector{text_key(value.substr(0, value.find('/')))};
                      }},
                 {.name = "certs_by_expiry", .keys = [](std::string_view, std::string_view value) {
                      const auto expiry = value.substr(value.find('/') + 1);
                      return expiry.empty() ? std::vector<std::string>()
                                            : std::vector{std::string(expiry)};
                  }}}};
    std::unique_ptr<Database> database = open_memory();

    Status write(const std::function<Status(Transaction&)>& work) const {
        return database->transact(work);
    }
    std::string keys(std::string_view index, std::string_view from, std::string_view to) const {
        std::string seen;
        CHECK(database->read([&](const Snapshot& view) {
            return table.scan_index(view, index, from, to,
                                    [&](std::string_view, std::string_view key) {
                                        seen.append(key).append(" ");
                                        return true;
                                    });
        }));
        return seen;
    }
    std::string owned_by(std::string_view owner) const {
        const std::string prefix = text_key(owner);
        return keys("certs_by_owner", prefix, prefix_end(prefix));
    }
};

TEST_CASE("index entries follow the row through insert, update, put and erase") {
    const World world;
    const Table& table = world.table;
    CHECK(world.write([&](auto& t) -> Status {
        STEP_TRY(table.insert(t, "s1", "ann/20"));
        STEP_TRY(table.insert(t, "s2", "ann/10"));
        return table.insert(t, "s3", "anna/");
    }));
    CHECK(world.owned_by("ann") == "s1 s2 ");
    CHECK(world.owned_by("anna") == "s3 ");
    CHECK(world.keys("certs_by_expiry", "", "20") == "s2 ");
    CHECK(world.keys("certs_by_expiry", "", "") == "s2 s1 ");

    CHECK(world.write([&](auto& t) { return table.update(t, "s1", 1, "bob/30"); }));
    CHECK(world.owned_by("ann") == "s2 ");
    CHECK(world.owned_by("bob") == "s1 ");
    CHECK(world.write([&](auto& t) { return table.put(t, "s2", "bob/10"); }));
    CHECK(world.owned_by("bob") == "s1 s2 ");
    CHECK(world.write([&](auto& t) { return table.erase(t, "s1"); }));
    CHECK(world.write([&](auto& t) { return table.erase(t, "s1"); }));
    CHECK(world.owned_by("bob") == "s2 ");
    CHECK(world.keys("certs_by_expiry", "", "") == "s2 ");
}

TEST_CASE("update refuses a row that moved or is gone, and changes nothing") {
    const World world;
    const Table& table = world.table;
    CHECK(world.write([&](auto& t) { return table.insert(t, "s1", "ann/20"); }));
    CHECK(world.write([&](auto& t) { return table.update(t, "s1", 1, "bob/20"); }));
    for (const auto& [key, version] : {std::pair{"s1", 1U}, {"s1", 3U}, {"s9", 1U}}) {
        const auto late = world.write(
            [&, k = key, v = version](auto& t) { return table.update(t, k, v, "eve/1"); });
        REQUIRE(!late);
        CHECK(late.error().code == Code::kConflict);
    }
    CHECK(world.write([&](auto& t) -> Status {
        STEP_ASSIGN(const auto row, table.get(t, "s1"));
        REQUIRE(row);
        CHECK(row->version == 2);
        CHECK(row->value == "bob/20");
        STEP_ASSIGN(const auto none, table.get(t, "s9"));
        CHECK(!none);
        return ok();
    }));
    CHECK(world.owned_by("eve").empty());
}

TEST_CASE("insert refuses a key that is there and leaves its indexes alone") {
    const World world;
    CHECK(world.write([&](auto& t) { return world.table.insert(t, "s1", "ann/20"); }));
    const auto twice = world.write([&](auto& t) { return world.table.insert(t, "s1", "bob/2"); });
    REQUIRE(!twice);
    CHECK(twice.error().code == Code::kConflict);
    CHECK(world.owned_by("ann") == "s1 ");
    CHECK(world.owned_by("bob").empty());
}

TEST_CASE("scan gives rows in key order, an unknown index is an error") {
    const World world;
    CHECK(world.write([&](auto& t) -> Status {
        STEP_TRY(world.table.insert(t, "s2", "b/2"));
        return world.table.insert(t, "s1", "a/1");
    }));
    std::string seen;
    CHECK(world.database->read([&](const Snapshot& view) {
        return world.table.scan(view, "", "", [&](std::string_view key, const Row& row) {
            seen.append(key).append("=").append(row.value).append(" ");
            return true;
        });
    }));
    CHECK(seen == "s1=a/1 s2=b/2 ");
    CHECK(!world.database->read([&](const Snapshot& view) {
        return world.table.scan_index(view, "nope", "", "", [](auto, auto) { return true; });
    }));
    CHECK(world.table.keyspaces() ==
          std::vector<std::string_view>{"certs", "certs_by_owner", "certs_by_expiry"});
}

}  // namespace
}  // namespace step::storage
