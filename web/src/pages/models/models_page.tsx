import { useRoute } from "../../app/router";
import { useText } from "../../lang/language";
import { Page } from "../../parts/page";
import { TabLinks } from "../../parts/tab_links";
import { Catalogue } from "./catalogue";
import { InstalledModels } from "./installed";
import "./models.css";

export default function ModelsPage() {
  const { models } = useText();
  const { id } = useRoute();
  const current = id === "catalogue" ? "catalogue" : "here";
  return (
    <Page title={models.title} intro={models.intro} wide>
      <TabLinks
        label={models.title}
        current={current}
        tabs={[
          { key: "here", label: models.tabs.here, to: "/models" },
          { key: "catalogue", label: models.tabs.catalogue, to: "/models/catalogue" },
        ]}
      />
      {current === "here" ? <InstalledModels /> : <Catalogue />}
    </Page>
  );
}
