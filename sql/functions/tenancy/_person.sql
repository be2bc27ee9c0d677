-- obs._person: who asks, as one of two who look at the same thing: a login, not a group that it has taken the role of
-- Called by: qa_review, qa_claim, qa_release
-- Reads/Writes: the catalog
-- Raises: nothing
-- A backend that takes the role of whom it serves (set role) is that role, when the role can log in.
create or replace function obs._person() returns text
language sql stable
begin atomic
    select case when r.rolcanlogin then r.rolname::text else session_user::text end
    from (values (obs._asker())) as a (asker)
    left join pg_roles as r on a.asker = r.rolname;
end;
comment on function obs._person() is 'Who asks, as a login: a group whose role is taken is nobody.';
