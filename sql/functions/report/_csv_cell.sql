-- obs._csv_cell: a text as a cell of a CSV file (RFC 4180) that no spreadsheet runs as a formula
-- Called by: run_events_csv
-- Reads/Writes: nothing
-- Raises: nothing
-- An apostrophe goes before = + - @, their full-width forms, tab, CR and LF. Not for numbers: -1 is no formula.
create or replace function obs._csv_cell(p_text text) returns text
language sql immutable parallel safe
return case
    when p_text is null then ''
    when ascii(p_text) = any('{61,43,45,64,9,13,10,65309,65291,65293,65312}'::int[])
        then case
            when p_text ~ '[",\r\n]' then '"''' || replace(p_text, '"', '""') || '"'
            else '''' || p_text
        end
    when p_text ~ '[",\r\n]' then '"' || replace(p_text, '"', '""') || '"'
    else p_text
end;
comment on function obs._csv_cell(text) is 'A text as a cell of a CSV file that no spreadsheet runs as a formula.';
