import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { Job } from "../api/jobs";
import { waitSeconds } from "../upload/queue";
import { useApi } from "./session";

interface Live {
  jobs: Job[];
  /** Grows when the server says that collections or documents have changed. */
  libraryVersion: number;
  /** Grows when a job has ended. */
  jobsEnded: number;
  note: (job: Job) => void;
}

const LiveContext = createContext<Live>({ jobs: [], libraryVersion: 0, jobsEnded: 0, note: () => undefined });
export const useLive = (): Live => useContext(LiveContext);

const kKept = 50;
const kWaitsSeconds = [1, 2, 5, 10, 30];

export function merge(jobs: Job[], job: Job): Job[] {
  const rest = jobs.filter((one) => one.id !== job.id);
  return [job, ...rest].sort((a, b) => b.id - a.id).slice(0, kKept);
}

/** Follows the server's events as long as somebody is signed in, and comes back after a break. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const [jobs, setJobs] = useState<Job[]>([]);
  const [libraryVersion, setLibraryVersion] = useState(0);
  const [jobsEnded, setJobsEnded] = useState(0);
  const note = useRef((job: Job) => {
    setJobs((old) => merge(old, job));
    if (job.state !== "running") setJobsEnded((n) => n + 1);
  }).current;

  useEffect(() => {
    const abort = new AbortController();
    const follow = async () => {
      for (let failures = 0; !abort.signal.aborted; ++failures) {
        try {
          // What happened while nobody listened is not told again.
          if (failures > 0) setLibraryVersion((n) => n + 1);
          setJobs((await api.jobs.jobs(abort.signal)).items);
          for await (const event of api.jobs.events(abort.signal)) {
            failures = 0;
            if (event.event === "job") note(event.data);
            else setLibraryVersion((n) => n + 1);
          }
        } catch {
          // The server restarts or the network is away: what failed is asked for again below.
        }
        await waitSeconds(kWaitsSeconds[Math.min(failures, kWaitsSeconds.length - 1)] ?? 30, abort.signal);
      }
    };
    void follow();
    return () => abort.abort();
  }, [api, note]);

  const live = useMemo(
    () => ({ jobs, libraryVersion, jobsEnded, note }),
    [jobs, libraryVersion, jobsEnded, note],
  );
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}
