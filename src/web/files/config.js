// The configuration after a reload that was refused: the old one runs, and here stands why.

import {by, say} from './dom.js';
import {does, tell} from './ask.js';
import {post} from './api.js';

export class Config {
  constructor() {
    does(by('config-check'), async () => {
      const said = await this.asked(() => post('/api/v1/check'));
      if (said.good) tell('The file is good now: read it again to put it in force.');
      this.show(said.good ? this.error : said.text, said.good ? 'The file is good now, but not read yet' : undefined);
    });
    does(by('config-reload'), async () => {
      const said = await this.asked(() => post('/api/v1/reload'));
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

  show(error, title = 'The new configuration was refused. The old one is still in force.') {
    this.error = error;
    by('config').hidden = !error;
    say(by('config-title'), title);
    say(by('config-text'), error ?? '');
  }
}
