-- obs._label: a label of OpenMetrics: its name, and the text with what the format reserves escaped
-- Called by: _metric_samples
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._label(p_name text, p_text text) returns text
language sql immutable parallel safe
return p_name || '="' || replace(replace(replace(p_text, '\', '\\'), '"', '\"'), e'\n', '\n') || '"';
comment on function obs._label(text, text) is 'A label of OpenMetrics, escaped.';
