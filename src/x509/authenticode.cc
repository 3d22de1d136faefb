#include "x509/authenticode.h"

#include <fmt/format.h>

// Offsets and numbers are those of Microsoft's "PE Format".
namespace step::x509 {
namespace {

Error not_executable(std::string_view why) {
    return {.code = Code::kInvalidArgument, .detail = std::string(why), .reason = kNotExecutable};
}
Error bad_table(std::string why) {
    return {.code = Code::kInvalidArgument, .detail = std::move(why)};
}

/// A little-endian number; the octets must be there.
std::uint32_t number(ByteView octets, std::size_t offset, std::size_t width) {
    std::uint32_t value = 0;
    for (std::size_t i = width; i-- > 0;) {
        value = value << 8U | static_cast<unsigned char>(octets[offset + i]);
    }
    return value;
}
constexpr std::size_t kWord = 2, kDouble = 4;

/// Exactly so many octets.
Result<Bytes> piece(const ReadAt& read, std::uint64_t offset, std::size_t count) {
    STEP_ASSIGN(Bytes octets, read(offset, count));
    if (octets.size() != count) {
        return not_executable("EOF");
    }
    return octets;
}

struct Place {
    std::uint32_t offset = 0, size = 0;
};

/// Entry 4 of the data directories: unlike the others it holds an offset into the file.
Result<Place> certificate_table(const ReadAt& read) {
    constexpr std::size_t kDosHeader = 64, kHeaderOffset = 0x3c, kFileHeader = 24,
                          kOptionalSize = 20;
    STEP_ASSIGN(const Bytes dos, piece(read, 0, kDosHeader));
    if (!dos.starts_with("MZ")) {
        return not_executable("no MS-DOS header");
    }
    const std::uint64_t start = number(dos, kHeaderOffset, kDouble);
    STEP_ASSIGN(const Bytes header, piece(read, start, kFileHeader));
    if (!header.starts_with(ByteView("PE\0\0", 4))) {
        return not_executable("no PE signature");
    }
    STEP_ASSIGN(const Bytes optional,
                piece(read, start + kFileHeader, number(header, kOptionalSize, kWord)));

    constexpr std::uint32_t k32Bits = 0x10b, k64Bits = 0x20b;
    const std::uint32_t magic = optional.size() < kWord ? 0 : number(optional, 0, kWord);
    if (magic != k32Bits && magic != k64Bits) {
        return not_executable("unknown optional header");
    }
    const std::size_t directories = magic == k32Bits ? 96 : 112;
    constexpr std::size_t kEntry = 8, kCertificates = 4;
    const std::size_t at = directories + kCertificates * kEntry;
    if (optional.size() < directories ||
        number(optional, directories - kDouble, kDouble) <= kCertificates ||
        optional.size() < at + kEntry) {
        return Place{};
    }
    return Place{.offset = number(optional, at, kDouble),
                 .size = number(optional, at + kDouble, kDouble)};
}

}  // namespace

Result<Bytes> authenticode_signature(const ReadAt& read) {
    constexpr std::uint32_t kMostBytes = 16U << 20U;
    constexpr std::size_t kEntryHeader = 8, kTypeOffset = 6;
    constexpr std::uint32_t kPkcs7 = 2;
    STEP_ASSIGN(const Place table, certificate_table(read));
    if (table.offset == 0) {
        return bad_table("No Certificate Table found");
    }
    STEP_ASSIGN(const Bytes header, read(table.offset, kEntryHeader));
    if (header.size() != kEntryHeader) {
        return bad_table("the certificate table lies outside the file");
    }
    if (const std::uint32_t type = number(header, kTypeOffset, kWord); type != kPkcs7) {
        return bad_table(fmt::format("wCertificateType of {} is not supported", type));
    }
    const std::uint32_t size = number(header, 0, kDouble);
    if (size < kEntryHeader || size > table.size) {
        return bad_table("the certificate table's first entry has a wrong size");
    }
    if (size > kMostBytes) {
        return bad_table("the certificate table's first entry has more than 16 MiB");
    }
    STEP_ASSIGN(Bytes entry, read(table.offset + kEntryHeader, size - kEntryHeader));
    if (entry.size() != size - kEntryHeader) {
        return bad_table("the certificate table lies outside the file");
    }
    return entry;
}

}  // namespace step::x509
