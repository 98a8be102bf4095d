#!/bin/bash

__cuda-install_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__cuda-install_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__cuda-install_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__cuda-install_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_cuda-install() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=(-q --quiet)
    local -a non_repeating_flags=(--offline --netrc --json --no-wait --version -h --help)
    local -a repeating_options=(--mirror)
    local -a non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    install|update|remove|use|rollback|env|exec|status|list|verify|doctor|prune|timer|help)
        # Offer subcommand argument completions
        "_cuda-install_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'install update remove use rollback env exec status list verify doctor prune timer help' -- "${cur}"))
        ;;
    esac
}

_cuda-install_install() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--static --no-static --use --force -n --dry-run --for-driver --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--archive --mirror)
    non_repeating_options=(--profile --platform --variant --locked --download-only --recompress --manifest --track --source -p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--profile')
        __cuda-install_add_completions -W 'base'$'\n''runtime'$'\n''devel'$'\n''full'
        return
        ;;
    '--platform')
        __cuda-install_add_completions -W 'linux-x86_64'$'\n''linux-sbsa'$'\n''linux-aarch64'
        return
        ;;
    '--variant')
        return
        ;;
    '--locked')
        __cuda-install_add_completions -f
        return
        ;;
    '--download-only')
        __cuda-install_add_completions -d
        return
        ;;
    '--recompress')
        __cuda-install_add_completions -W 'zstd'
        return
        ;;
    '--manifest')
        __cuda-install_add_completions -f
        return
        ;;
    '--track')
        __cuda-install_add_completions -f
        return
        ;;
    '--source')
        __cuda-install_add_completions -W 'wheels'$'\n''wheels='
        return
        ;;
    '--archive')
        __cuda-install_add_completions -f
        return
        ;;
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __cuda-install_add_completions -W "$(__cuda-install_custom_complete ---completion install -- positional@0 "${COMP_CWORD}" "$(__cuda-install_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cuda-install_update() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--check --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __cuda-install_add_completions -W "$(__cuda-install_custom_complete ---completion update -- positional@0 "${COMP_CWORD}" "$(__cuda-install_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cuda-install_remove() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(-y --yes --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __cuda-install_add_completions -W "$(__cuda-install_custom_complete ---completion remove -- positional@0 "${COMP_CWORD}" "$(__cuda-install_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cuda-install_use() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cuda-install_add_completions -W "$(__cuda-install_custom_complete ---completion use -- positional@0 "${COMP_CWORD}" "$(__cuda-install_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cuda-install_rollback() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac
}

_cuda-install_env() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--unset --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(--shell -p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--shell')
        __cuda-install_add_completions -W 'sh'$'\n''bash'$'\n''zsh'$'\n''fish'$'\n''csh'$'\n''json'$'\n''github'$'\n''modulefile'
        return
        ;;
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cuda-install_add_completions -W "$(__cuda-install_custom_complete ---completion env -- positional@0 "${COMP_CWORD}" "$(__cuda-install_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cuda-install_exec() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cuda-install_add_completions -W "$(__cuda-install_custom_complete ---completion exec -- positional@0 "${COMP_CWORD}" "$(__cuda-install_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cuda-install_status() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--follow --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(--of -p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--of')
        return
        ;;
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac
}

_cuda-install_list() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--available --components --why --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--archive --mirror)
    non_repeating_options=(--manifest --track --source -p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--manifest')
        __cuda-install_add_completions -f
        return
        ;;
    '--track')
        __cuda-install_add_completions -f
        return
        ;;
    '--source')
        __cuda-install_add_completions -W 'wheels'$'\n''wheels='
        return
        ;;
    '--archive')
        __cuda-install_add_completions -f
        return
        ;;
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cuda-install_add_completions -W "$(__cuda-install_custom_complete ---completion list -- positional@0 "${COMP_CWORD}" "$(__cuda-install_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cuda-install_verify() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--repair --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cuda-install_add_completions -W "$(__cuda-install_custom_complete ---completion verify -- positional@0 "${COMP_CWORD}" "$(__cuda-install_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_cuda-install_doctor() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac
}

_cuda-install_prune() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(-n --dry-run --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(--keep -p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--keep')
        return
        ;;
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac
}

_cuda-install_timer() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __cuda-install_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    enable|disable|status|print)
        # Offer subcommand argument completions
        "_cuda-install_timer_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'enable disable status print' -- "${cur}"))
        ;;
    esac
}

_cuda-install_timer_enable() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--user --system --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(--schedule -p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--schedule')
        return
        ;;
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac
}

_cuda-install_timer_disable() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--user --system --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac
}

_cuda-install_timer_status() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--user --system --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(-p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac
}

_cuda-install_timer_print() {
    repeating_flags=(-q --quiet)
    non_repeating_flags=(--user --system --offline --netrc --json --no-wait --version -h --help)
    repeating_options=(--mirror)
    non_repeating_options=(--program -p --prefix --cacert --progress --wait)
    __cuda-install_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--program')
        __cuda-install_add_completions -f
        return
        ;;
    '-p'|'--prefix')
        __cuda-install_add_completions -d
        return
        ;;
    '--mirror')
        __cuda-install_add_completions -d
        return
        ;;
    '--cacert')
        __cuda-install_add_completions -f
        return
        ;;
    '--progress')
        __cuda-install_add_completions -W 'auto'$'\n''bar'$'\n''plain'$'\n''none'
        return
        ;;
    '--wait')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __cuda-install_add_completions -W 'service'$'\n''timer'$'\n''cron'
        return
        ;;
    esac
}

_cuda-install_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __cuda-install_offer_flags_options -1
}

complete -o filenames -F _cuda-install cuda-install
