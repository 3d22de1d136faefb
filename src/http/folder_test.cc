#include "http/folder.h"

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "crypto/random.h"
#include "http/ranges.h"
#include "tests/support/temp_folder.h"

namespace step::http {
namespace {

struct World {
    test::TempFolder folder;
    crypto::SystemRandom random;
    Handler serve = serve_folder(folder.path, random);

    Response get(std::string path, Headers headers = {}) {
        return serve({.method = "GET", .path = std::move(path), .headers = std::move(headers)});
    }
    static std::string body(const Response& response) {
        std::string all = response.body;
        while (response.stream && all.size() < response.body.size() + response.stream->length) {
            const auto piece = response.stream->next();
            REQUIRE(piece);
            REQUIRE_FALSE(piece->empty());
            all += *piece;
        }
        return all;
    }
};

}  // namespace

TEST_CASE("ranges are read as Go's net/http reads them") {
    using Ranges = std::vector<ByteRange>;
    // Rows of net/http's own TestParseRange for a body of 10 octets.
    const std::pair<const char*, Ranges> good[] = {{"bytes=0-4", {{0, 5}}},
                                                   {"bytes=2-", {{2, 8}}},
                                                   {"bytes=-5", {{5, 5}}},
                                                   {"bytes=3-7", {{3, 5}}},
                                                   {"bytes=-20", {{0, 10}}},
                                                   {"bytes= 1-2 , 4- ,, ", {{1, 2}, {4, 6}}},
                                                   {"bytes=0-0,-2", {{0, 1}, {8, 2}}},
                                                   {"bytes=8-100,20-30", {{8, 2}}}};
    for (const auto& [header, expected] : good) {
        CAPTURE(header);
        const auto ranges = parse_ranges(header, 10);
        REQUIRE(ranges);
        CHECK(*ranges == expected);
    }
    for (const char* bad : {"keks=0-5", "bytes=5-4", "bytes=A-", "bytes=-A", "bytes=--6",
                            "bytes=1.5-2", "bytes=0-A", "bytes=99999999999999999999-"}) {
        CAPTURE(bad);
        CHECK(parse_ranges(bad, 10).error().detail == "invalid range");
    }
    CHECK(parse_ranges("bytes=10-", 10).error().detail == "invalid range: failed to overlap");
}

TEST_CASE("a file comes with its type, its time and its length") {
    World world;
    world.folder.write("a.txt", "hello");
    const Response response = world.get("/a.txt");
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/plain; charset=utf-8");
    CHECK(World::body(response) == "hello");
    const std::string modified(find_header(response.headers, "Last-Modified"));
    CHECK(modified.ends_with(" GMT"));
    CHECK(world.get("/a.txt", {{"If-Modified-Since", modified}}).status == 304);
}

TEST_CASE("a large file comes in pieces that add up") {
    World world;
    const std::string large(300'000, 'x');
    world.folder.write("large", large + "end");
    CHECK(World::body(world.get("/large")) == large + "end");
}

TEST_CASE("one range comes as it is, several as parts, what is beyond the end not at all") {
    World world;
    world.folder.write("a.txt", "0123456789");
    const Response one = world.get("/a.txt", {{"Range", "bytes=2-4"}});
    CHECK(one.status == 206);
    CHECK(find_header(one.headers, "Content-Range") == "bytes 2-4/10");
    CHECK(World::body(one) == "234");
    const Response two = world.get("/a.txt", {{"Range", "bytes=0-1,8-"}});
    CHECK(two.content_type.starts_with("multipart/byteranges; boundary="));
    const std::string body = World::body(two);
    CHECK(body.find("Content-Range: bytes 8-9/10\r\nContent-Type: text/plain; "
                    "charset=utf-8\r\n\r\n89\r\n--") != std::string::npos);
    CHECK(body.ends_with("--\r\n"));
    const Response none = world.get("/a.txt", {{"Range", "bytes=10-"}});
    CHECK(none.status == 416);
    CHECK(find_header(none.headers, "Content-Range") == "bytes */10");
    CHECK(world.get("/a.txt", {{"Range", "bytes=0-9,0-9"}}).status == 200);
    CHECK(world.get("/a.txt", {{"Range", "bytes=1-"}, {"If-Range", "yesterday"}}).status == 200);
}

TEST_CASE("no path leads out of the folder") {
    World world;
    world.folder.write("in/a.txt", "inside");
    world.folder.write("secret.txt", "outside");
    const Handler serve = serve_folder(world.folder / "in", world.random);
    for (const char* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
                             "/x/../../secret.txt", "/a.txt%00", "/%zz"}) {
        CAPTURE(path);
        const Response response = serve({.method = "GET", .path = path});
        CHECK(response.status == 404);
        CHECK(World::body(response).find("outside") == std::string::npos);
    }
}

TEST_CASE("each file and folder has one spelling") {
    World world;
    world.folder.write("sub/a.txt", "x");
    world.folder.write("with/index.html", "<p>index");
    CHECK(find_header(world.get("/sub").headers, "Location") == "sub/");
    CHECK(find_header(world.get("/sub/a.txt/").headers, "Location") == "../a.txt");
    CHECK(find_header(world.get("/with/index.html").headers, "Location") == "./");
    CHECK(World::body(world.get("/with/")) == "<p>index");
}

TEST_CASE("a list escapes names, in the text and in the link") {
    World world;
    world.folder.write("a<b>&\"c.txt", "x");
    world.folder.write("scheme:x", "x");
    world.folder.write("sub/y", "x");
    const Response response = world.get("/");
    CHECK(response.content_type == "text/html; charset=utf-8");
    CHECK(response.body ==
          "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n"
          "<a href=\"a%3Cb%3E&%22c.txt\">a&lt;b&gt;&amp;&#34;c.txt</a>\n"
          "<a href=\"./scheme:x\">scheme:x</a>\n<a href=\"sub/\">sub/</a>\n</pre>\n");
}

TEST_CASE("what is no file or may not be read is not shown") {
    World world;
    REQUIRE(::mkfifo((world.folder / "pipe").c_str(), 0600) == 0);
    CHECK(world.get("/pipe").status == 404);
    CHECK(world.get("/nothing").status == 404);
}

}  // namespace step::http
