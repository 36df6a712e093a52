import { Tabs } from "antd";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load, Page } from "../../parts/page";
import { GroupsPane } from "./groups_pane";
import { UsersPane } from "./users_pane";

export default function PeoplePage() {
  const { admin } = useText();
  const api = useApi();
  const loaded = useLoad("people", async (signal) => {
    const [users, groups] = await Promise.all([api.people.users(signal), api.people.groups(signal)]);
    return { users, groups };
  });
  return (
    <Page title={admin.people} intro={admin.peopleIntro} wide>
      <Load of={loaded}>
        {({ users, groups }) => (
          <Tabs
            items={[
              {
                key: "users",
                label: admin.users,
                children: <UsersPane users={users} groups={groups} onChanged={loaded.reload} />,
              },
              {
                key: "groups",
                label: admin.groupsTab,
                children: <GroupsPane users={users} groups={groups} onChanged={loaded.reload} />,
              },
            ]}
          />
        )}
      </Load>
    </Page>
  );
}
