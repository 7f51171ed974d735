// The configuration after a reload that was refused: the old one runs, and here stands why.

import {by, element, say} from './dom.js';
import {does, tell} from './ask.js';
import {post} from './api.js';

const refused = 'The new configuration was refused. The old one is still in force.';
const patience = 20;  // seconds: a large configuration is read by a small machine

/** A mistake: what is wrong, then where, then the line itself with the place marked in it. */
function mistake(what, where, line, at) {
  const [word] = /^[\w.-]+|^.?/.exec(line?.slice(at) ?? '');
  return element('li', {}, element('strong', {}, what), element('span', {className: 'more'}, where),
    line ? element('code', {}, line.slice(0, at).trimStart(), element('mark', {}, word), line.slice(at + word.length)) : null);
}

/** `FILE:LINE:COLUMN: error: what`, the line, and a `^` below the place; whatever else there is stays as it is. */
function mistakes(text) {
  const lines = text.split('\n'), found = [];
  for (let i = 0; i < lines.length; ++i) {
    const [, file, line, column, what] = /^(.+?):(\d+):(\d+): (?:error: )?(.*)$/.exec(lines[i]) ?? [];
    const at = lines[i + 2]?.indexOf('^') ?? -1;
    if (file) found.push(at >= 0 ? mistake(what, `${file}, line ${line}, column ${column}`, lines[i + 1], at) : mistake(what, `${file}, line ${line}`));
    else if (lines[i].trim()) found.push(element('li', {}, lines[i]));
    if (file && at >= 0) i += 2;
  }
  return found;
}

export class Config {
  constructor(mayOperate) {
    if (!mayOperate) return;
    does(by('config-check'), async () => {
      const said = await this.asked(() => post('/api/v1/check', {}, patience));
      if (said.good) tell('The file is good now: read it again to put it in force.');
      this.show(said.good ? this.error : said.text, said.good ? 'The file is good now, but not read yet' : undefined);
    });
    does(by('config-reload'), async () => {
      const said = await this.asked(() => post('/api/v1/reload', {}, patience));
      this.show(said.good ? null : said.text);
      if (said.good) tell('The new configuration is in force.');
    });
  }

  async asked(question) {
    try {
      const reply = await question();
      return {good: true, text: typeof reply === 'string' ? reply : ''};
    } catch (error) {
      if (error.status !== 422) throw error;
      return {good: false, text: typeof error.body === 'string' ? error.body : error.message};
    }
  }

  show(error, title = refused) {
    by('config').hidden = !error;
    say(by('config-title'), title);
    if (error !== this.error) by('config-text').replaceChildren(...mistakes(error ?? ''));
    this.error = error;
  }
}
