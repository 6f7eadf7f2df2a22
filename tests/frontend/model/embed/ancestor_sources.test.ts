import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllowedOrigin } from '../../../../frontend/model/embed/ancestor_sources.ts';

const OWN = 'https://conv.example.org';

/** Sources, an origin, and whether they name it: as the examples of Content Security Policy have it. */
const CASES: [string[], string, boolean][] = [
  [["'self'"], OWN, true],
  [["'self'"], 'https://other.example.org', false],
  [["'self'"], 'http://conv.example.org', false],
  [['https://course.example'], 'https://course.example', true],
  [['https://course.example'], 'https://course.example:443', true],
  [['https://course.example'], 'https://course.example:8443', false],
  [['https://course.example'], 'http://course.example', false],
  [['https://course.example'], 'https://course.example.evil', false],
  [['https://course.example'], 'https://evilcourse.example', false],
  [['https://Course.example'], 'https://course.example', true],
  [['http://course.example'], 'https://course.example', true],
  [['http://course.example:8000'], 'http://course.example:8000', true],
  [['http://course.example:8000'], 'http://course.example:8001', false],
  [['https://course.example:*'], 'https://course.example:8443', true],
  [['https://*.school.example'], 'https://a.b.school.example', true],
  [['https://*.school.example'], 'https://school.example', false],
  [['https://*.school.example'], 'https://school.example.evil', false],
  [['http://[::1]:8000'], 'http://[::1]:8000', true],
  [['https:'], 'https://anything.example', true],
  [['https:'], 'http://anything.example', false],
  [['https://a.example', 'https://b.example'], 'https://b.example', true],
  [[], 'https://a.example', false],
  [['https:', "'self'"], 'null', false],
  [['https:'], '', false],
];

for (const [sources, origin, allowed] of CASES)
  test(`${sources.join(' ') || 'no source'} ${allowed ? 'names' : 'does not name'} ${origin || 'nothing'}`, () => {
    assert.equal(isAllowedOrigin(origin, sources, OWN), allowed);
  });
