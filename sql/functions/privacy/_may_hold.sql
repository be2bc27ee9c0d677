-- obs._may_hold: the SQL of the cheap test that a column's cells must fail before an audit looks closer
-- Called by: _scan_sql
-- Reads/Writes: nothing
-- Raises: nothing
-- Each is the test that redaction itself makes first: whatever passes it, redaction leaves as it is.
create or replace function obs._may_hold(p_how text, p_column text) returns text
language sql immutable
return case p_how
    when 'id' then format('obs._suspect_id(t.%I::text)', p_column)
    when 'extra' then format(
        'not obs._extra_clean(t.%1$I::jsonb) and not (t.%1$I::text ~ obs._pattern(''flat'') '
        'and t.%1$I::text !~ obs._pattern(''odd_word''))', p_column
    )
    else format('obs._suspect(t.%I::text)', p_column)
end;
comment on function obs._may_hold(text, text) is
'The SQL of the cheap test that a column''s cells must fail before an audit looks closer.';
