import { keepsStopping } from "../../../../components/verification/restarts.ts";

const now = Date.parse("2026-01-01T00:10:00Z");
const running = {
  status: "running",
  count: 0,
  exitCode: 0,
  startedAt: "2026-01-01T00:09:50Z",
};

it.each([
  [running, false],
  // Once or twice is what the watchdog is for.
  [{ ...running, count: 2 }, false],
  [{ ...running, count: 3 }, true],
  [{ ...running, count: 9, startedAt: "2026-01-01T00:08:59Z" }, false],
  [{ ...running, status: "restarting", count: 1 }, true],
  [{ ...running, status: "exited" }, true],
])("%j", (seen, wanted) => {
  expect(keepsStopping(seen, now)).toBe(wanted);
});
