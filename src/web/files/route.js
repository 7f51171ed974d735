// The address of what is shown, so that it can be sent to somebody, and going back goes back:
//   #rules    #events?rule=door-open&day=2026-03-01    #event=tp40ke-1&at=1795696864&picture=12

const views = ['events', 'now', 'rules', 'deliveries'];
const everything = {rule: '', camera: '', day: '', show: 'fired'};

/** {view, filter}: the filter is {rule, camera, day, show}, or {event, at} for a single one; and the `picture` that is large. */
export function read() {
  const said = location.hash.slice(1);
  if (said.startsWith('event=')) {
    const words = new URLSearchParams(said);
    return {view: 'events', filter: {...everything, event: words.get('event'), at: Number(words.get('at'))}, picture: words.get('picture')};
  }
  const [view, words] = said.split('?');
  const filter = {...everything};
  for (const [word, value] of new URLSearchParams(words)) if (word in filter) filter[word] = value;
  return {view: views.includes(view) ? view : 'events', filter, picture: null};
}

export function addressOf(filter) {
  if (filter.event) return addressOfEvent(filter.event, filter.at);
  const words = new URLSearchParams(Object.entries(filter).filter(([word, value]) => value !== everything[word]));
  return words.size ? `#events?${words}` : '#events';
}

/** Of an event, in whole seconds of its time; `picture` is the id of the one that is shown large. */
export function addressOfEvent(event, at, picture) {
  return `#${new URLSearchParams({event, at: Math.floor(at), ...picture && {picture}})}`;
}

export const same = (one, other) => addressOf(one) === addressOf(other);
export const isEverything = filter => same(filter, everything);
