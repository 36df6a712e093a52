#include "serve/metrics.h"

#include <gmock/gmock.h>

namespace cvp::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, CountsRequestsByRouteMethodAndClassOfStatus) {
  Metrics metrics;
  metrics.answered({.method = "GET", .route = "/api/documents/{id}", .status = 200, .bytes = 100, .ms = 7});
  metrics.answered({.method = "GET", .route = "/api/documents/{id}", .status = 206, .bytes = 20, .ms = 700});
  metrics.answered({.method = "GET", .route = "/api/documents/{id}", .status = 404, .bytes = 3, .ms = 1});
  const std::string text = metrics.text({});
  EXPECT_THAT(
      text, HasSubstr(R"(cvp_http_requests_total{method="GET",route="/api/documents/{id}",status="2xx"} 2)"));
  EXPECT_THAT(
      text, HasSubstr(R"(cvp_http_requests_total{method="GET",route="/api/documents/{id}",status="4xx"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(cvp_http_sent_bytes_total{method="GET",route="/api/documents/{id}"} 123)"));
  const std::string bucket =
      R"(cvp_http_request_duration_seconds_bucket{method="GET",route="/api/documents/{id}",le=)";
  EXPECT_THAT(text, HasSubstr(bucket + R"("0.005"} 1)"));
  EXPECT_THAT(text, HasSubstr(bucket + R"("0.01"} 2)"));
  EXPECT_THAT(text, HasSubstr(bucket + R"("1"} 3)"));
  EXPECT_THAT(text, HasSubstr(bucket + R"("+Inf"} 3)"));
}

TEST(Metrics, MethodsThatClientsMakeUpAreOneSeries) {
  Metrics metrics;
  metrics.answered({.method = "BREW", .route = "?", .status = 405});
  metrics.answered({.method = "evil\"} 1\n", .route = "?", .status = 405});
  const std::string text = metrics.text({});
  EXPECT_THAT(text, HasSubstr(R"(cvp_http_requests_total{method="other",route="?",status="4xx"} 2)"));
  EXPECT_THAT(text, Not(HasSubstr("BREW")));
}

TEST(Metrics, TellsWhatIsTrueNow) {
  Metrics metrics;
  const std::string text = metrics.text({.questions_waiting = 1,
                                         .questions_running = 2,
                                         .searches_waiting = 3,
                                         .searches_running = 4,
                                         .jobs_running = 5,
                                         .collections = 6,
                                         .documents = 7,
                                         .chunks = 20'000,
                                         .vectors = 9});
  for (const char* line :
       {R"(cvp_queue_waiting{queue="questions"} 1)", R"(cvp_queue_running{queue="questions"} 2)",
        R"(cvp_queue_waiting{queue="searches"} 3)", R"(cvp_queue_running{queue="searches"} 4)",
        "\ncvp_jobs_running 5", "\ncvp_collections 6", "\ncvp_documents 7", "\ncvp_chunks 20000",
        "\ncvp_vectors 9", "# TYPE cvp_chunks gauge"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(metrics.text({}), HasSubstr("\ncvp_jobs_running 0"));
}

TEST(Metrics, StreamsCountUntilTheyAreLetGo) {
  Metrics metrics;
  auto first = std::make_shared<net::EventStream>();
  auto second = std::make_shared<net::EventStream>();
  metrics.stream_opened(first);
  metrics.stream_opened(second);
  EXPECT_THAT(metrics.text({}), HasSubstr("\ncvp_streams 2"));
  first.reset();
  EXPECT_THAT(metrics.text({}), HasSubstr("\ncvp_streams 1"));
  second.reset();
  EXPECT_THAT(metrics.text({}), HasSubstr("\ncvp_streams 0"));
}

TEST(Metrics, ConnectionsAreAskedForUntilTheServerTakesItsCountBack) {
  Metrics metrics;
  size_t open = 3;
  metrics.connections_from([&open] { return open; });
  EXPECT_THAT(metrics.text({}), HasSubstr("\ncvp_connections 3"));
  open = 4;
  EXPECT_THAT(metrics.text({}), HasSubstr("\ncvp_connections 4"));
  metrics.connections_from({});
  EXPECT_THAT(metrics.text({}), HasSubstr("\ncvp_connections 0"));
}

}  // namespace
}  // namespace cvp::serve
