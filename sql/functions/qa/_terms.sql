-- obs._terms: the telling words of a text, each cut to six letters, so that health meets healthcare
-- Called by: _about_check, _rationale_check
-- Reads/Writes: nothing
-- Raises: nothing
-- Letters beyond ASCII are letters whatever the locale. Words of under three letters, numbers, and words that any company
-- says of itself tell nothing.
create or replace function obs._terms(p_text text) returns text[]
language sql immutable parallel safe
begin atomic
    select coalesce(array_agg(distinct left(w.word, 6)), '{}')
    from regexp_split_to_table(lower(left(p_text, 20000)), '[\x01-\x2f\x3a-\x60\x7b-\x7f]+') as w (word)
    where length(w.word) >= 3 and w.word !~ '^[0-9]+$'
        and left(w.word, 6) <> all(array[
            'about', 'all', 'also', 'and', 'any', 'are', 'been', 'best', 'better', 'both', 'but', 'can', 'com', 'each', 'easily',
            'easy', 'every', 'first', 'for', 'from', 'get', 'had', 'has', 'have', 'her', 'his', 'how', 'http', 'https', 'into',
            'its', 'just', 'like', 'more', 'most', 'need', 'net', 'new', 'not', 'now', 'off', 'one', 'only', 'org', 'other',
            'our', 'out', 'over', 'own', 'same', 'she', 'some', 'such', 'than', 'that', 'the', 'their', 'them', 'then', 'there',
            'these', 'they', 'this', 'those', 'time', 'today', 'too', 'two', 'use', 'used', 'uses', 'using', 'very', 'was', 'way',
            'well', 'were', 'what', 'when', 'where', 'which', 'while', 'who', 'why', 'will', 'with', 'within', 'withou', 'www',
            'you', 'your', 'true', 'false', 'null', 'none',
            'busine', 'compan', 'corp', 'corpor', 'custom', 'gmbh', 'group', 'help', 'helps', 'inc', 'llc', 'ltd', 'make',
            'makes',
            'making', 'build', 'builds', 'buildi', 'people', 'platfo', 'produc', 'provid', 'servic', 'soluti', 'softwa', 'start',
            'startu', 'team', 'teams', 'techno', 'work', 'works', 'world', 'b2b', 'leadin', 'global', 'innova'
        ]);
end;
comment on function obs._terms(text) is
'The telling words of a text, lower-cased and cut to six letters; what any company says of itself is left out.';
