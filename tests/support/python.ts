import { type Ran, run } from "../../components/host/exec.ts";

/** Runs Python source to its end, without blocking servers of this process. */
export const python = (source: string, stdin = ""): Promise<Ran> =>
  run("python3", ["-B", "-c", source], { stdin });
