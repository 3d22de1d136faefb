#pragma once

#include <mutex>

#include "base/log.h"
#include "base/runtime.h"

namespace step::ca {

/// Where finished lines go.
class Sink {
public:
    virtual ~Sink() = default;
    virtual void write(std::string_view line) = 0;
};

/// A file descriptor of this process. A line goes out whole; a failure loses it silently.
class DescriptorSink final : public Sink {
public:
    explicit DescriptorSink(int descriptor) : descriptor_(descriptor) {}
    void write(std::string_view line) override;

private:
    const int descriptor_;
    std::mutex mutex_;
};

/// What the program tells about itself, as Go's log package writes it:
/// "2006/01/02 15:04:05 message name=value". Line breaks within become spaces.
class ProgramLog final : public Log {
public:
    ProgramLog(Sink& sink, const Clock& clock) : sink_(sink), clock_(clock) {}
    void write(Level level, std::string_view message, const Fields& fields) override;

private:
    Sink& sink_;
    const Clock& clock_;
};

}  // namespace step::ca
