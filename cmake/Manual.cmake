# Turns a Markdown file into a C++ raw string literal. cmake -DIN=a.md -DOUT=a.md.inc -P Manual.cmake
file(READ ${IN} text)
file(WRITE ${OUT} "R\"STEPMD(${text})STEPMD\"\n")
