import { askApi } from "./ask";
import { evaluationApi } from "./evaluation";
import type { Http } from "./http";
import { jobsApi } from "./jobs";
import { libraryApi } from "./library";
import { machineApi } from "./machine";
import { peopleApi } from "./people";
import { searchApi } from "./search";
import { sessionApi } from "./session";
import { settingsApi } from "./settings";

/** All that the server offers the page, one file an area. */
export const makeApi = (http: Http) => ({
  session: sessionApi(http),
  people: peopleApi(http),
  library: libraryApi(http),
  ask: askApi(http),
  search: searchApi(http),
  machine: machineApi(http),
  evaluation: evaluationApi(http),
  settings: settingsApi(http),
  jobs: jobsApi(http),
});

export type Api = ReturnType<typeof makeApi>;
