import { common } from "./common";
import { signin } from "./signin";
import { ask } from "./ask";
import { reader } from "./reader";
import { library } from "./library";
import { upload } from "./upload";
import { search } from "./search";
import { models } from "./models";
import { planner } from "./planner";
import { evaluation } from "./evaluation";
import { admin } from "./admin";
import { welcome } from "./welcome";

export const en = {
  common,
  signin,
  ask,
  reader,
  library,
  upload,
  search,
  models,
  planner,
  evaluation,
  admin,
  welcome,
};

/** Every text of the page. A language that lacks one does not compile. */
export type Dictionary = typeof en;
