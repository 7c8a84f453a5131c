import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '../../../components/words/en.js';
import { localeFor, setWords, type Words } from '../../../components/words/index.js';
import { ar } from '../../../components/words/languages/ar.js';
import { de } from '../../../components/words/languages/de.js';
import { es } from '../../../components/words/languages/es.js';
import { fr } from '../../../components/words/languages/fr.js';
import { ja } from '../../../components/words/languages/ja.js';
import { zh } from '../../../components/words/languages/zh.js';
import { addLanguage, onWordsChange } from '../../../components/words/registry.js';

const ALL = { en, de, es, fr, ja, ar, zh };
/** What a plural form may say in words, without the number. */
const COUNTS = ['newEntries', 'steps', 'items', 'moreQuestions'];

for (const [language, table] of Object.entries(ALL)) {
  test(`${language} has every text, none of them empty, and each says what it is handed`, () => {
    assert.deepEqual(Object.keys(table).sort(), Object.keys(en).sort());
    for (const key of Object.keys(en) as Array<keyof Words>) {
      const word = table[key];
      assert.equal(typeof word, typeof en[key], key);
      if (typeof word === 'string') assert.notEqual(word.trim(), '', key);
      else if (COUNTS.includes(key)) assert.match(table[key as 'steps'](7, '<7>'), /<7>/, key);
      else {
        const said = (word as (a: string, b: string) => string)('<a>', '<b>');
        assert.ok(said.includes('<a>'), key);
        if (word.length > 1) assert.ok(said.includes('<b>'), key);
      }
    }
  });
}

test('a language is found by its tag, or by what that begins with; without one, texts and numbers are English together', () => {
  assert.equal(localeFor('de-AT').words.stop, 'Anhalten');
  assert.equal(localeFor('ZH-hans-CN').words.stop, '停止');
  const pt = localeFor('pt-BR');
  assert.equal(pt.words.stop, 'Stop');
  assert.equal(pt.formats.ago(5000), '5 seconds ago');
  assert.equal(localeFor(undefined).formats.ago(5000), '5 seconds ago');
  assert.equal(localeFor('no such tag').words.stop, 'Stop');
});

test("an element's own texts come first, and its numbers are then in its own language", () => {
  const { words, formats } = localeFor('pt-BR', { stop: 'Parar' });
  assert.equal(words.stop, 'Parar');
  assert.equal(words.restart, 'Start again');
  assert.equal(formats.ago(5000), 'há 5 segundos');
});

test('texts are replaced for all, told to who listens, and those that were not given stay', () => {
  let told = 0;
  const stop = onWordsChange(() => told++);
  setWords('nl', { stop: 'Stoppen' });
  setWords('nl', { restart: 'Opnieuw' });
  stop();
  setWords('nl', { sending: 'Bezig…' });
  assert.equal(told, 2);
  const { words, formats } = localeFor('nl-BE');
  assert.deepEqual(
    [words.stop, words.restart, words.sending, words.offline],
    ['Stoppen', 'Opnieuw', 'Bezig…', 'Offline'],
  );
  assert.equal(formats.ago(60_000 * 5), '5 minuten geleden');
});

test('what was replaced stays so, whether its language comes before or after, and that of a region comes first', () => {
  setWords('sv', { stop: 'Avbryt' });
  addLanguage('sv', { ...en, stop: 'Stoppa', restart: 'Börja om' });
  setWords('sv-FI', { restart: 'Starta om' });
  const texts = (language: string) => [localeFor(language).words.stop, localeFor(language).words.restart];
  assert.deepEqual(texts('sv'), ['Avbryt', 'Börja om']);
  assert.deepEqual(texts('sv-FI'), ['Avbryt', 'Starta om']);
});

test('counts follow the plural rules of their language', () => {
  assert.equal(en.steps(1, '1'), '1 step');
  assert.equal(en.steps(2, '2'), '2 steps');
  assert.equal(fr.steps(0, '0'), '0 étape');
  assert.equal(ar.steps(2, '2'), 'خطوتان');
  assert.equal(ar.steps(3, '3'), '3 خطوات');
  assert.equal(ar.steps(11, '11'), '11 خطوة');
  assert.equal(ar.items(11, '11'), '11 عنصرًا');
  assert.equal(ar.items(100, '100'), '100 عنصر');
});

test('spans and moments are written as the language writes them', () => {
  const { formats } = localeFor('en');
  assert.deepEqual(
    [7_400, 754_000, 3_723_000, -5].map((ms) => formats.clock(ms)),
    ['0:07', '12:34', '1:02:03', '0:00'],
  );
  assert.deepEqual(
    [100, 6_001, 100_000, 7_200_000].map((ms) => formats.span(ms)),
    ['1 sec', '7 sec', '2 min', '2 hr'],
  );
  assert.deepEqual(
    [0, 89_000, 5_000_000, 90_000_000].map((ms) => formats.ago(ms)),
    ['0 seconds ago', '89 seconds ago', '83 minutes ago', '25 hours ago'],
  );
  assert.deepEqual(
    [-5, 7_400, 754_000, 3_600_000, 3_723_000, 180_000_000].map((ms) => formats.duration(ms)),
    ['0s', '7s', '12m 34s', '1h 0m', '1h 2m', '2d 2h'],
  );
  const now = new Date(2026, 10, 29, 14, 5, 9);
  assert.match(formats.timeOf(new Date(2026, 10, 29, 0, 0, 1), now), /^12:00:01\sAM$/);
  assert.match(formats.timeOf(new Date(2026, 10, 28, 23, 59), now), /^Nov 28, 11:59\sPM$/);
  assert.match(formats.timeOf(new Date(2025, 10, 29, 14, 5), now), /^Nov 29, 2025, 2:05\sPM$/);
  assert.match(formats.moment(now), /^Sunday, November 29, 2026 at 2:05:09\sPM$/);
  assert.deepEqual(
    [1e15 - 1, 1e300, -2e20].map((value) => formats.number(value)),
    ['999,999,999,999,999', '1E300', '-2E20'],
  );
  assert.equal(formats.percent(0.123), '12%');
  assert.equal(formats.list(['a', 'b']), 'a and b');
  assert.equal(localeFor('ar-EG').formats.clock(67_000), '١:٠٧');
  assert.equal(localeFor('de').formats.number(1234.5), '1.234,5');
});
