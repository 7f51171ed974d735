# Made by packaging/reference from the programs' own command tables.
function __snapcron_names
    set -l words (commandline -opc)
    set -l at (contains -i -- -c $words; or contains -i -- --config $words)
    set -l config
    test -n "$at"; and set config -c $words[(math $at + 1)]
    snapcron $config names $argv[1] 2>/dev/null
end
complete -c snapshot -f
complete -c snapshot -s h -l help -d 'Print this help message and exit'
complete -c snapshot -l version -d 'Display program version information and exit'
complete -c snapshot -x -a '(__snapcron_names camera)'
complete -c snapshot -s c -l config -F -d 'the configuration; else $SNAPCRON_CONFIG, else /etc/snapcron/snapcron.yaml'
complete -c snapshot -s o -l output -F -d 'write the picture there instead (- is standard output)'
complete -c snapshot -l relay -x -a 'on off pulse pulse=' -d 'switch relay 1 before the capture: on, off, pulse or pulse=DURATION'
complete -c snapshot -l count -x -d 'how many pictures'
complete -c snapshot -l interval -x -d 'from one picture to the next'
complete -c snapshot -l to -x -a '(__snapcron_names destination)' -d 'deliver it to this destination, too'
complete -c snapshot -l direct -d 'without the daemon'
complete -c snapshot -l quiet -d 'print nothing when all went well'
