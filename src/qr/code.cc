#include "qr/code.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

#include "qr/reed_solomon.h"

// Sections are those of ISO/IEC 18004:2015.
namespace step::qr {
namespace {

constexpr unsigned kVersions = 40, kFinder = 7, kOctet = 8;

// Table 9, level M, by version: octets of correction in a block, and blocks.
constexpr std::array<unsigned, kVersions + 1> kCorrection = {
    0,  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
    26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28};
constexpr std::array<unsigned, kVersions + 1> kBlocks = {
    0,  1,  1,  1,  2,  2,  4,  4,  4,  5,  5,  5,  8,  9,  9,  10, 10, 11, 13, 14, 16,
    17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49};

unsigned size_of(unsigned version) {
    return 4 * version + 17;
}

/// 7.3.5: modules that are no pattern of the version.
unsigned free_modules(unsigned version) {
    unsigned modules = (16 * version + 128) * version + 64;
    if (version >= 2) {
        const unsigned aligned = version / 7 + 2;
        modules -= (25 * aligned - 10) * aligned - 55;
        if (version >= 7) {
            modules -= 36;  // The version stands there twice.
        }
    }
    return modules;
}
unsigned data_octets(unsigned version) {
    return free_modules(version) / kOctet - kCorrection[version] * kBlocks[version];
}
unsigned length_bits(unsigned version) {
    return version < 10 ? 8 : 16;  // Table 3, octets.
}

class Bits {
public:
    void add(unsigned value, unsigned count) {
        while (count-- > 0) {
            if (used_ % kOctet == 0) {
                octets_.push_back('\0');
            }
            const unsigned bit = (value >> count & 1U) << (kOctet - 1 - used_ % kOctet);
            octets_.back() = static_cast<char>(static_cast<unsigned char>(octets_.back()) | bit);
            ++used_;
        }
    }
    std::size_t used() const { return used_; }
    Bytes& octets() { return octets_; }

private:
    Bytes octets_;
    std::size_t used_ = 0;
};

/// 7.4: octet mode, the length, the text, a terminator and padding.
Bytes data_of(ByteView text, unsigned version) {
    constexpr unsigned kOctetMode = 4, kTerminator = 4, kModeBits = 4;
    Bits bits;
    bits.add(kOctetMode, kModeBits);
    bits.add(static_cast<unsigned>(text.size()), length_bits(version));
    for (const char octet : text) {
        bits.add(static_cast<unsigned char>(octet), kOctet);
    }
    const std::size_t capacity = std::size_t{data_octets(version)} * kOctet;
    bits.add(0, static_cast<unsigned>(std::min<std::size_t>(kTerminator, capacity - bits.used())));
    for (char padding = '\xec'; bits.octets().size() < capacity / kOctet;
         padding = padding == '\xec' ? '\x11' : '\xec') {
        bits.octets().push_back(padding);
    }
    return std::move(bits.octets());
}

/// 7.5, 7.6: blocks with their correction, interleaved. The last blocks are longer by one octet.
Bytes interleaved(ByteView data, unsigned version) {
    const unsigned blocks = kBlocks[version], correction = kCorrection[version];
    const std::size_t short_size = data.size() / blocks, long_blocks = data.size() % blocks;
    std::vector<Bytes> pieces, tails;
    for (unsigned i = 0; i < blocks; ++i) {
        const std::size_t size = short_size + (i >= blocks - long_blocks ? 1 : 0);
        pieces.emplace_back(data.substr(0, size));
        tails.push_back(error_correction(pieces.back(), correction));
        data.remove_prefix(size);
    }
    Bytes all;
    for (std::size_t i = 0; i <= short_size; ++i) {
        for (const Bytes& piece : pieces) {
            all += piece.substr(std::min(i, piece.size()), 1);
        }
    }
    for (std::size_t i = 0; i < correction; ++i) {
        for (const Bytes& tail : tails) {
            all += tail[i];
        }
    }
    return all;
}

/// Annex E: the rows and columns on which alignment patterns are centred.
std::vector<unsigned> alignment(unsigned version) {
    std::vector<unsigned> centres;
    if (version == 1) {
        return centres;
    }
    const unsigned count = version / 7 + 2;
    const unsigned step = (version * 8 + count * 3 + 5) / (count * 4 - 4) * 2;
    for (unsigned i = 0, at = size_of(version) - kFinder; i + 1 < count; ++i, at -= step) {
        centres.push_back(at);
    }
    centres.push_back(kFinder - 1);
    return centres;
}

/// The code while it is drawn: which modules are patterns and must not be masked.
struct Canvas {
    explicit Canvas(unsigned of_version)
        : version(of_version), code(size_of(of_version)), fixed(size_of(of_version)) {}
    void pattern(unsigned x, unsigned y, bool dark) {
        code.set(x, y, dark);
        fixed.set(x, y, true);
    }
    unsigned version;
    Code code, fixed;
};

/// Rings around a centre: finder patterns with their separators reach 4, alignment patterns 2.
void rings(Canvas& canvas, unsigned cx, unsigned cy, int reach) {
    const int size = static_cast<int>(canvas.code.size());
    for (int dy = -reach; dy <= reach; ++dy) {
        for (int dx = -reach; dx <= reach; ++dx) {
            const int x = static_cast<int>(cx) + dx, y = static_cast<int>(cy) + dy;
            const int ring = std::max(std::abs(dx), std::abs(dy));
            if (x >= 0 && x < size && y >= 0 && y < size) {
                const bool light = reach == 2 ? ring == 1 : ring == 2 || ring == 4;
                canvas.pattern(static_cast<unsigned>(x), static_cast<unsigned>(y), !light);
            }
        }
    }
}

/// A number with the remainder of its division behind it (annexes C and D).
unsigned with_remainder(unsigned value, unsigned generator, unsigned bits) {
    unsigned remainder = value;
    for (unsigned i = 0; i < bits; ++i) {
        remainder = remainder << 1U ^ (remainder >> (bits - 1)) * generator;
    }
    return value << bits | remainder;
}

/// 7.9: level M is 0, so the format is the mask alone.
void draw_format(Canvas& canvas, unsigned mask) {
    const unsigned bits = with_remainder(mask, 0x537, 10) ^ 0x5412U;
    const unsigned size = canvas.code.size();
    const auto bit = [bits](unsigned i) { return (bits >> i & 1U) != 0; };
    for (unsigned i = 0; i < 15; ++i) {
        // Around the upper left finder, past the timing patterns.
        const unsigned near = i < 6 ? i : i + 1;
        if (i < 8) {
            canvas.pattern(8, near, bit(i));
            canvas.pattern(size - 1 - i, 8, bit(i));
        } else {
            canvas.pattern(i == 8 ? 7 : 14 - i, 8, bit(i));
            canvas.pattern(8, size - 15 + i, bit(i));
        }
    }
    canvas.pattern(8, size - 8, true);
}

/// 7.10
void draw_version(Canvas& canvas) {
    if (canvas.version < 7) {
        return;
    }
    const unsigned bits = with_remainder(canvas.version, 0x1f25, 12);
    for (unsigned i = 0; i < 18; ++i) {
        const unsigned far = canvas.code.size() - 11 + i % 3, along = i / 3;
        const bool dark = (bits >> i & 1U) != 0;
        canvas.pattern(far, along, dark);
        canvas.pattern(along, far, dark);
    }
}

void draw_patterns(Canvas& canvas) {
    const unsigned size = canvas.code.size();
    for (unsigned i = 0; i < size; ++i) {
        canvas.pattern(kFinder - 1, i, i % 2 == 0);
        canvas.pattern(i, kFinder - 1, i % 2 == 0);
    }
    rings(canvas, 3, 3, 4);
    rings(canvas, size - 4, 3, 4);
    rings(canvas, 3, size - 4, 4);
    const auto centres = alignment(canvas.version);
    for (const unsigned x : centres) {
        for (const unsigned y : centres) {
            const bool left = x == kFinder - 1, top = y == kFinder - 1;
            const bool right = x == size - kFinder, bottom = y == size - kFinder;
            if (!((left && top) || (left && bottom) || (right && top))) {
                rings(canvas, x, y, 2);
            }
        }
    }
    draw_format(canvas, 0);
    draw_version(canvas);
}

/// 7.7.3: in columns of two from the right, up and down in turn, past the timing pattern.
void draw_data(Canvas& canvas, ByteView octets) {
    const unsigned size = canvas.code.size();
    std::size_t at = 0;
    bool up = true;
    for (unsigned right = size - 1; right >= 1 && right < size; right -= 2, up = !up) {
        right -= right == kFinder - 1 ? 1 : 0;
        for (unsigned i = 0; i < size; ++i) {
            const unsigned y = up ? size - 1 - i : i;
            for (const unsigned x : {right, right - 1}) {
                if (!canvas.fixed.dark(x, y) && at < octets.size() * kOctet) {
                    const auto octet = static_cast<unsigned char>(octets[at / kOctet]);
                    canvas.code.set(x, y, (octet >> (kOctet - 1 - at % kOctet) & 1U) != 0);
                    ++at;
                }
            }
        }
    }
}

/// Table 10
bool masked(unsigned mask, unsigned x, unsigned y) {
    switch (mask) {
        case 0:
            return (x + y) % 2 == 0;
        case 1:
            return y % 2 == 0;
        case 2:
            return x % 3 == 0;
        case 3:
            return (x + y) % 3 == 0;
        case 4:
            return (x / 3 + y / 2) % 2 == 0;
        case 5:
            return x * y % 2 + x * y % 3 == 0;
        case 6:
            return (x * y % 2 + x * y % 3) % 2 == 0;
        default:
            return ((x + y) % 2 + x * y % 3) % 2 == 0;
    }
}

/// Masks, or takes the same mask off again.
void apply_mask(Canvas& canvas, unsigned mask) {
    for (unsigned y = 0; y < canvas.code.size(); ++y) {
        for (unsigned x = 0; x < canvas.code.size(); ++x) {
            if (!canvas.fixed.dark(x, y) && masked(mask, x, y)) {
                canvas.code.set(x, y, !canvas.code.dark(x, y));
            }
        }
    }
}

/// 7.8.3.1, first and third feature, of one row or column.
template <class F>
unsigned line_penalty(unsigned size, const F& dark) {
    constexpr unsigned kLong = 5, kRun = 3, kLooksLikeFinder = 40;
    unsigned penalty = 0;
    for (unsigned start = 0; start < size;) {
        unsigned end = start + 1;
        while (end < size && dark(end) == dark(start)) {
            ++end;
        }
        penalty += end - start >= kLong ? kRun + (end - start - kLong) : 0;
        start = end;
    }
    // 1:1:3:1:1 with four light modules on one side; what is outside is light.
    const auto light = [&](int from) {
        for (int i = from; i < from + 4; ++i) {
            if (i >= 0 && i < static_cast<int>(size) && dark(static_cast<unsigned>(i))) {
                return false;
            }
        }
        return true;
    };
    for (unsigned i = 0; i + kFinder <= size; ++i) {
        const bool finder = dark(i) && !dark(i + 1) && dark(i + 2) && dark(i + 3) && dark(i + 4) &&
                            !dark(i + 5) && dark(i + 6);
        if (finder && (light(static_cast<int>(i) - 4) || light(static_cast<int>(i + kFinder)))) {
            penalty += kLooksLikeFinder;
        }
    }
    return penalty;
}

unsigned penalty_of(const Code& code) {
    const unsigned size = code.size();
    unsigned penalty = 0, dark = 0;
    for (unsigned i = 0; i < size; ++i) {
        penalty += line_penalty(size, [&](unsigned x) { return code.dark(x, i); });
        penalty += line_penalty(size, [&](unsigned y) { return code.dark(i, y); });
        for (unsigned j = 0; j < size; ++j) {
            dark += code.dark(i, j) ? 1 : 0;
            if (i > 0 && j > 0 && code.dark(i, j) == code.dark(i - 1, j) &&
                code.dark(i, j) == code.dark(i, j - 1) &&
                code.dark(i, j) == code.dark(i - 1, j - 1)) {
                penalty += 3;
            }
        }
    }
    // Ten for each 5 % away from half and half.
    const int away = static_cast<int>(dark * 20) - static_cast<int>(size * size * 10);
    return penalty + static_cast<unsigned>(std::abs(away)) / (size * size) * 10;
}

}  // namespace

Result<Code> encode(ByteView text) {
    unsigned version = 1;
    while (version <= kVersions &&
           4 + length_bits(version) + text.size() * kOctet > data_octets(version) * kOctet) {
        ++version;
    }
    if (version > kVersions) {
        return Error{.code = step::Code::kTooLarge, .detail = "the text is too long for a QR code"};
    }
    Canvas canvas(version);
    draw_patterns(canvas);
    draw_data(canvas, interleaved(data_of(text, version), version));

    unsigned best = 0, least = std::numeric_limits<unsigned>::max();
    for (unsigned mask = 0; mask < 8; ++mask) {
        apply_mask(canvas, mask);
        draw_format(canvas, mask);
        if (const unsigned penalty = penalty_of(canvas.code); penalty < least) {
            best = mask;
            least = penalty;
        }
        apply_mask(canvas, mask);
    }
    apply_mask(canvas, best);
    draw_format(canvas, best);
    return std::move(canvas.code);
}

}  // namespace step::qr
