"""What commands print: text for people, JSON for programs.

- `encoder`: all JSON of `--json`.
- A plan: `plan_text` is what stands around it and what a person should know before a yes,
  `plan_lines` its changes, counted and with examples, `diff_text` each change word by word, with
  `differences`. `plan_data` is its JSON, `closing` the exit code and the last line.
- Its reports: `report_sections` puts them in groups, `report_text` has the wording of each kind,
  `report_names` what people call rows, fields and values.
- Open fields: `conflict_list` lists them, `written_values` is for values that a person edits.
- Digests: `inspecting` reads what `inspection` keeps and prints as JSON, and `inspection_text`
  for people. `vault_inspection` is for folders, `explanation` for one line, `partly_read` for all
  commands.
- One command each: `additions`, `bib_text`, `conversion`, `duplicate_text`, `formats_text`,
  `history_text`, `published_text`, `undo_text`; `ls` has `library_list` and `found_list`, `stats`
  has `stats_text`, `stats_page` and `stats_plots`. `github_annotations` is `--report github`.
"""
