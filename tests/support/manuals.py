"""What the manuals of src/commands say, for the tests that hold them to it."""
import re


def examples(text):
    """The command lines of a manual's EXAMPLES section, continued lines joined."""
    section = text.partition("\n# EXAMPLES\n")[2]
    lines = []
    for block in re.findall(r"```\n(.*?)```", section, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                lines.append(line[2:])
    return lines


def files(text):
    """The files that the EXAMPLES section shows, by name: "with a `x.tpl`:" and a block."""
    section = text.partition("\n# EXAMPLES\n")[2]
    return dict(re.findall(r"`([\w.]+)`:\n\n```\n(.*?)```", section, re.DOTALL))
