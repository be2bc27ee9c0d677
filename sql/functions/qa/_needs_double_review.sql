-- obs._needs_double_review: whether a drawn company is one of the share that two people review
-- Called by: qa_review
-- Reads/Writes: nothing
-- Raises: nothing
-- By a hash of the draw's seed, so the answer is the same whenever it is asked, and nobody chooses it. The first 52 bits are
-- exact in double precision.
create or replace function obs._needs_double_review(p_share numeric, p_seed text, p_company_id text) returns boolean
language sql immutable parallel safe
return coalesce((
    'x' || left(encode(sha256(convert_to('double:' || p_seed || ':' || p_company_id, 'UTF8')), 'hex'), 13)
)::bit(52)::bigint < p_share * 4503599627370496, false);
comment on function obs._needs_double_review(numeric, text, text) is
'Whether a drawn company is one of the share that two people review, by a hash of the draw''s seed.';
