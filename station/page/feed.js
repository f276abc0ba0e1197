// What the server tells, and its silence. The silence is measured here, so that it is noticed when the server,
// the network or the daemon behind it is gone, and also when this computer slept.

const CHECK_MS = 250;
const RECONNECT_MS = 3000;

/**
 * Listen for ever. `on.batch(records)` comes first after every connection, oldest record first; then
 * `on.record`, `on.decision`, `on.bench`, `on.state` as they happen, and `on.silence` while nothing has been heard too long.
 */
export function listen(url, silenceMs, on) {
  let source, backlog, behind, heard = stamp(), connected = stamp();

  function connect() {
    source?.close();
    backlog = [];
    behind = false;
    connected = stamp();
    source = new EventSource(url);
    source.addEventListener("open", () => { backlog = []; behind = false; });
    source.addEventListener("record", (event) => {
      const record = JSON.parse(event.data);
      if (backlog) backlog.push(record);
      else on.record(record);
    });
    source.addEventListener("bench", (event) => on.bench(JSON.parse(event.data)));
    source.addEventListener("decision", (event) => on.decision(JSON.parse(event.data)));
    source.addEventListener("state", (event) => {
      const state = JSON.parse(event.data);
      heard = stamp();
      if (backlog) {
        // Of records that do not answer nothing comes: what is known stays, covered, and all is asked for when they do.
        behind ||= !backlog.length && !state.live;
        if (behind && state.live) return connect();
        if (!behind) take();
      }
      on.state(state);
    });
  }

  function take() {
    const records = backlog;
    backlog = null;
    on.batch(records);
  }

  function check() {
    const silent = since(heard) > silenceMs;
    if (silent) on.silence();
    // A browser gives up after a refused answer, and waits for ever on a connection that was cut without a word.
    if ((silent || source.readyState === EventSource.CLOSED) && since(connected) > RECONNECT_MS) connect();
  }

  connect();
  setInterval(check, CHECK_MS);
  document.addEventListener("visibilitychange", check);
}

// Two clocks: the steady one may stand still while the computer sleeps, the other may be set.
const stamp = () => ({ steady: performance.now(), wall: Date.now() });
const since = (then) => Math.max(performance.now() - then.steady, Date.now() - then.wall);
