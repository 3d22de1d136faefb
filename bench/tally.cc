#include "tally.h"

#include <algorithm>
#include <charconv>

#include "x509/certificate.h"

namespace step::bench {

bool parse_flags(int argc, char** argv, const Flags& flags) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (flags.switches.contains(name)) {
            *flags.switches.at(name) = true;
            continue;
        }
        if (++i == argc) {
            return false;
        }
        const std::string_view value = argv[i];
        if (flags.texts.contains(name)) {
            *flags.texts.at(name) = value;
        } else if (flags.numbers.contains(name)) {
            const char* const end = value.data() + value.size();
            const auto read = std::from_chars(value.data(), end, *flags.numbers.at(name));
            if (read.ec != std::errc() || read.ptr != end) {
                return false;
            }
        } else {
            return false;
        }
    }
    return true;
}

Tally::Tally(const std::string& serials)
    : serials_(serials.empty() ? nullptr : std::fopen(serials.c_str(), "a")) {}

Tally::~Tally() {
    if (serials_ != nullptr) {
        std::fclose(serials_);
    }
}

void Tally::failed(const std::string& why) {
    const std::scoped_lock lock(mutex_);
    if (failures_++ == 0) {
        first_failure_ = why;
    }
}

void Tally::succeeded(double milliseconds, std::string_view chain) {
    const std::scoped_lock lock(mutex_);
    times_.push_back(milliseconds);
    if (serials_ == nullptr || chain.empty()) {
        return;
    }
    const auto certificates = x509::parse_certificates_pem(chain);
    std::fprintf(serials_, "%s\n",
                 certificates ? certificates->front().serial_text().c_str() : "unreadable");
    std::fflush(serials_);
}

void Tally::clear() {
    const std::scoped_lock lock(mutex_);
    times_.clear();
    failures_ = 0;
    first_failure_.clear();
}

double Tally::quantile(double q) {
    const std::scoped_lock lock(mutex_);
    std::sort(times_.begin(), times_.end());
    return times_.empty()
               ? 0.0
               : times_[static_cast<std::size_t>(q * static_cast<double>(times_.size() - 1))];
}

void Tally::explain() const {
    if (failures_ > 0) {
        std::fprintf(stderr, "first failure: %s\n", first_failure_.c_str());
    }
}

}  // namespace step::bench
