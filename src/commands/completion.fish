# Completion of step for fish; printed by "step completion fish".

function __step_candidates
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l found (command step completion fish -- $before[2..] "$current" 2>/dev/null)
    or return
    set -l prefix (string match -r -- '^-[^=]*=' $current)
    if test "$found[1]" = :files
        set found (__fish_complete_path (string replace -r -- '^-[^=]*=' '' $current))
    end
    printf '%s\n' "$prefix"$found
end

complete -c step -f -k -a '(__step_candidates)'
