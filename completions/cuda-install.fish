function __cuda-install_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __cuda-install_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __cuda-install_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __cuda-install_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __cuda-install_parse_tokens -S
    set -l unparsed_tokens (__cuda-install_tokens -pc)
    switch $unparsed_tokens[1]
    case 'cuda-install'
        __cuda-install_parse_subcommand 0 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'install'
            __cuda-install_parse_subcommand -r 1 'profile=' 'static' 'no-static' 'use' 'force' 'n/dry-run' 'platform=' 'for-driver' 'variant=' 'locked=' 'download-only=' 'recompress=' 'manifest=' 'track=' 'source=' 'archive=+' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'update'
            __cuda-install_parse_subcommand -r 1 'check' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'remove'
            __cuda-install_parse_subcommand -r 1 'y/yes' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'use'
            __cuda-install_parse_subcommand 1 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'rollback'
            __cuda-install_parse_subcommand 0 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'env'
            __cuda-install_parse_subcommand 1 'shell=' 'unset' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'exec'
            __cuda-install_parse_subcommand -r 2 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'status'
            __cuda-install_parse_subcommand 0 'follow' 'of=' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'list'
            __cuda-install_parse_subcommand 1 'available' 'components' 'why' 'manifest=' 'track=' 'source=' 'archive=+' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'verify'
            __cuda-install_parse_subcommand 1 'repair' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'doctor'
            __cuda-install_parse_subcommand 0 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'prune'
            __cuda-install_parse_subcommand 0 'keep=' 'n/dry-run' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
        case 'timer'
            __cuda-install_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'enable'
                __cuda-install_parse_subcommand 0 'schedule=' 'user' 'system' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
            case 'disable'
                __cuda-install_parse_subcommand 0 'user' 'system' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
            case 'status'
                __cuda-install_parse_subcommand 0 'user' 'system' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
            case 'print'
                __cuda-install_parse_subcommand 1 'program=' 'user' 'system' 'p/prefix=' 'mirror=+' 'offline' 'cacert=' 'netrc' 'q/quiet' 'json' 'progress=' 'wait=' 'no-wait' 'version' 'h/help'
            end
        case 'help'
            __cuda-install_parse_subcommand -r 1 'version'
        end
    end
end

function __cuda-install_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __cuda-install_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __cuda-install_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __cuda-install_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__cuda-install_tokens -p)
    if test -z "$(__cuda-install_tokens -t)"
        set -l index (count (__cuda-install_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'cuda-install' -f
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'install' -d 'Install a release, or some components of it.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'update' -d 'Bring what is installed to the newest of its track.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'remove' -d 'Remove releases, or some components of one.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'use' -d 'Make an installed release the current one.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'rollback' -d 'Go back to what was current before the last change.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'env' -d 'Print shell settings for a release.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'exec' -d 'Run a command with a release\'s settings.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'status' -d 'Show what is installed, and what is going on.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'list' -d 'List releases, or the components of one.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'verify' -d 'Compare the files of a release with its receipt.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'doctor' -d 'Look for problems in and around the prefix.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'prune' -d 'Delete what nothing uses.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'timer' -d 'Let systemd update what is installed.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install install" -ge 1' -fka '(__cuda-install_custom_completion ---completion install -- positional@0 (count (__cuda-install_tokens -pc)) (__cuda-install_tokens -tC))'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" profile' -l 'profile' -d 'A set of components.' -rfka 'base runtime devel full'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" static' -l 'static' -d 'With or without the static archives that CMake and nvcc do not need.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" no-static' -l 'no-static' -d 'With or without the static archives that CMake and nvcc do not need.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" use' -l 'use' -d 'Make it the current release.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" force' -l 'force' -d 'Fetch and unpack everything again.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" dry-run n' -s 'n' -l 'dry-run' -d 'Print what would be done.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" platform' -l 'platform' -d 'For another platform than this machine\'s, as in linux-sbsa.' -rfka 'linux-x86_64 linux-sbsa linux-aarch64'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" for-driver' -l 'for-driver' -d 'The newest release on the track that this machine\'s driver supports.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" variant' -l 'variant' -d 'The variant of other products, as in 13, where CUDA\'s release does not decide.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" locked' -l 'locked' -d 'Write down what is installed, with all hashes; if the file is there, install exactly that.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" download-only' -l 'download-only' -d 'Install nothing, and put what it takes into a directory that can serve as a mirror.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" recompress' -l 'recompress' -d 'With --download-only: compress archives anew, which makes installs from there faster.' -rfka 'zstd'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" manifest' -l 'manifest' -d 'One manifest or release description, for ever.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" track' -l 'track' -d 'Where the newest manifest or release description always is; updates ask there.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" source' -l 'source' -d 'wheels: from the package index that pip asks; wheels=URL: from another.' -rfka 'wheels wheels='
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install"' -l 'archive' -d 'Archives with their .sha256 beside them.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install install" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install update" -ge 1' -fka '(__cuda-install_custom_completion ---completion update -- positional@0 (count (__cuda-install_tokens -pc)) (__cuda-install_tokens -tC))'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" check' -l 'check' -d 'Only say what there is: status 100 if there are updates, else 0.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install update" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install remove" -ge 1' -fka '(__cuda-install_custom_completion ---completion remove -- positional@0 (count (__cuda-install_tokens -pc)) (__cuda-install_tokens -tC))'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" y yes' -s 'y' -l 'yes' -d 'Remove the current release as well; it changes nothing for components.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install remove" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install use" -eq 1' -fka '(__cuda-install_custom_completion ---completion use -- positional@0 (count (__cuda-install_tokens -pc)) (__cuda-install_tokens -tC))'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install use" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install rollback" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install env" -eq 1' -fka '(__cuda-install_custom_completion ---completion env -- positional@0 (count (__cuda-install_tokens -pc)) (__cuda-install_tokens -tC))'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" shell' -l 'shell' -d 'For which shell, or what else.' -rfka 'sh bash zsh fish csh json github modulefile'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" unset' -l 'unset' -d 'Undo the settings, whatever release they are for.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install env" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install exec" -eq 1' -fka '(__cuda-install_custom_completion ---completion exec -- positional@0 (count (__cuda-install_tokens -pc)) (__cuda-install_tokens -tC))'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install exec" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" follow' -l 'follow' -d 'Show the run that is under way until it ends, and end as it does.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" of' -l 'of' -d 'Show how this run ended, or follow it: the op of its first event.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" available' -l 'available' -d 'What the source offers, not what is installed.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" components' -l 'components' -d 'The components of a release.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" why' -l 'why' -d 'With --components: why each is there, or which profiles it is in.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install list" -eq 1' -fka '(__cuda-install_custom_completion ---completion list -- positional@0 (count (__cuda-install_tokens -pc)) (__cuda-install_tokens -tC))'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" manifest' -l 'manifest' -d 'One manifest or release description, for ever.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" track' -l 'track' -d 'Where the newest manifest or release description always is; updates ask there.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" source' -l 'source' -d 'wheels: from the package index that pip asks; wheels=URL: from another.' -rfka 'wheels wheels='
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list"' -l 'archive' -d 'Archives with their .sha256 beside them.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install verify" -eq 1' -fka '(__cuda-install_custom_completion ---completion verify -- positional@0 (count (__cuda-install_tokens -pc)) (__cuda-install_tokens -tC))'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" repair' -l 'repair' -d 'Mend what is damaged.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install verify" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install doctor" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" keep' -l 'keep' -d 'How many old releases of a track, and old trees, stay to go back to; 1 by default.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" dry-run n' -s 'n' -l 'dry-run' -d 'Print what would be deleted.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install prune" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install timer" -eq 1' -fa 'enable' -d 'Update the prefix from now on.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install timer" -eq 1' -fa 'disable' -d 'Update the prefix no more.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install timer" -eq 1' -fa 'status' -d 'Show whether it is on, and when it runs.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install timer" -eq 1' -fa 'print' -d 'Print what systemd or cron would be told.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" schedule' -l 'schedule' -d 'When, as systemd writes it: daily, weekly, \'Mon *-*-* 03:00\'.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" user' -l 'user' -d 'This user\'s systemd; root\'s is otherwise the machine\'s.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" system' -l 'system' -d 'The machine\'s.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer enable" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" user' -l 'user' -d 'This user\'s systemd; root\'s is otherwise the machine\'s.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" system' -l 'system' -d 'The machine\'s.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer disable" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" user' -l 'user' -d 'This user\'s systemd; root\'s is otherwise the machine\'s.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" system' -l 'system' -d 'The machine\'s.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_positional "cuda-install timer print" -eq 1' -fka 'service timer cron'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" program' -l 'program' -d 'Where cuda-install will be; by default where this one is.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" user' -l 'user' -d 'This user\'s systemd; root\'s is otherwise the machine\'s.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" system' -l 'system' -d 'The machine\'s.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" p prefix' -s 'p' -l 'prefix' -d 'Where to install.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print"' -l 'mirror' -d 'Take manifests and archives from this URL or directory; several: from the next, where one fails.' -rfa '(__cuda-install_complete_directories)'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" offline' -l 'offline' -d 'Ask nothing over the network.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" cacert' -l 'cacert' -d 'Trust the certificates in this file as well.' -rF
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" netrc' -l 'netrc' -d 'Take users and passwords for servers from ~/.netrc.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print"' -s 'q' -l 'quiet' -d 'Print changes and errors only; twice: errors only.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" json' -l 'json' -d 'Print JSON: one document, or one event a line.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" progress' -l 'progress' -d 'Show progress.' -rfka 'auto bar plain none'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" wait' -l 'wait' -d 'Wait for another process: --wait without limit, --wait=600 at most 600 seconds.' -rfka ''
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" no-wait' -l 'no-wait' -d 'Leave with status 75 if another process is at work.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" version' -l 'version' -d 'Show the version.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install timer print" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'cuda-install' -n '__cuda-install_should_offer_completions_for_flags_or_options "cuda-install help" version' -l 'version' -d 'Show the version.'
