-- obs.error_text: the text of an error message, also where compaction has put a fingerprint in its place
-- Called by: checks of runbooks, people and BI that read run_event_logs.error_msg
-- Reads/Writes: error_texts, with the rights of who asks
-- Raises: nothing
-- What is no fingerprint, or one that is not known, comes back as it is. Of a message over 2 kB that was said fewer than three
-- times the first 500 characters, the length and the hash are all there is.
create or replace function obs.error_text(p_tenant_id text, p_error_msg text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    if p_error_msg is null or left(p_error_msg, 4) <> 'fp:h' then
        return p_error_msg;
    end if;
    return coalesce(
        (select t.error_text from obs.error_texts t where t.tenant_id = p_tenant_id and t.fingerprint = p_error_msg), p_error_msg
    );
end
$$;
comment on function obs.error_text(text, text) is
'The text of run_event_logs.error_msg, also where compaction has put the fingerprint fp:… of a repeated text in its place.';
