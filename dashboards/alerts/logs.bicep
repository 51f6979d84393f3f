// Alert rules that ask the audit records. What each means: docs/how-to/install-the-dashboards.md.
targetScope = 'resourceGroup'

@description('Resource id of the Log Analytics workspace that has the tables AppEvents and AzureMetrics.')
param workspaceId string

@description('Region of the workspace.')
param location string

@description('What the names of the rules begin with.')
param namePrefix string

@description('Resource ids of the action groups to tell.')
param actionGroupIds array

@description('Resource ids of the Event Grid system topics whose metrics come to the workspace.')
param systemTopicIds array

@description('Severities that are not the usual ones, by the name of the alert.')
param severities object

@description('An approval that has waited for more hours than this is told.')
param approvalHours int

@description('Whether the rules are evaluated.')
param enabled bool

@description('Tags.')
param tags object

var severity = union({ failed: 1, 'rolled-back': 2, 'approval-waits': 3, 'policy-refused': 2, 'notice-failed': 3, 'intake-silent': 1 }, severities)

// The window is longer than the time between two looks, because records come late; an alert that is
// firing already does not fire again. Two days are the longest that there are. Azure resolves an alert after
// it was not met three times in a row, or twice where there are more than 15 minutes between two looks.
var always = [
  {
    name: 'failed'
    title: 'A promotion failed'
    description: 'A promotion could not go on, or a rollback by hand did not come to its end. Look: promote show <promotion_id> says the reason and what to do about it. When that is done: promote retry <promotion_id> --reason "<what was mended>". It is resolved about 45 minutes after the failure, not when the cause is gone.'
    query: loadTextContent('failed.kql')
    every: 'PT5M'
    window: 'PT30M'
    aggregation: 'Count'
    measure: null
    threshold: 0
    dimensions: [
      { name: 'promotion_id', operator: 'Include', values: ['*'] }
      { name: 'stage', operator: 'Include', values: ['*'] }
    ]
  }
  {
    name: 'rolled-back'
    title: 'A rollout was taken back'
    description: 'A version did not do well at a stage, so the service went back to the one before it. What people roll back or stop is not told. Look: promote show <promotion_id> says which test or check failed, with the figures; promote targets says what serves now. Mend the model or its deployment and register a new version; if only the surroundings were to blame: promote retry <promotion_id> --reason "<what was mended>". It is resolved about 45 minutes after that.'
    query: loadTextContent('../queries/rollbacks.kql')
    every: 'PT5M'
    window: 'PT30M'
    aggregation: 'Count'
    measure: null
    threshold: 0
    dimensions: [
      { name: 'promotion_id', operator: 'Include', values: ['*'] }
      { name: 'stage', operator: 'Include', values: ['*'] }
      { name: 'how', operator: 'Include', values: ['automatic'] }
    ]
  }
  {
    name: 'approval-waits'
    title: 'An approval waits for too long'
    description: 'A version has waited for an approval for more than ${approvalHours} hours. Look: promote list --status waiting. Somebody who may decide: promote show <promotion_id>, then promote approve <promotion_id> --comment "<why>" or promote reject <promotion_id> --comment "<why>". It is resolved about 45 minutes after the decision, and also two days after it was asked for, because a rule looks back no further.'
    query: loadTextContent('../queries/waiting-now.kql')
    every: 'PT15M'
    window: 'P2D'
    aggregation: 'Maximum'
    measure: 'waited_s'
    threshold: approvalHours * 3600
    dimensions: [
      { name: 'promotion_id', operator: 'Include', values: ['*'] }
      { name: 'stage', operator: 'Include', values: ['*'] }
      { name: 'waiting_for', operator: 'Include', values: ['approval'] }
    ]
  }
  {
    name: 'policy-refused'
    title: 'A changed policy was refused'
    description: 'The policy is broken. An instance of the app that ran before keeps the last good one; an instance that starts has none and promotes nothing, and Event Grid gives events up after 24 hours. The reason lists every mistake with its line. Look: promote policy check promotion.yaml, on the changed file. Mend it soon and put it in place again. It is resolved about 45 minutes after the next event or start of an instance that finds a good one, and also two days after the last refusal.'
    query: loadTextContent('policy-refused.kql')
    every: 'PT15M'
    window: 'P2D'
    aggregation: 'Count'
    measure: null
    threshold: 0
    dimensions: []
  }
  {
    name: 'notice-failed'
    title: 'A channel does not take notices'
    description: 'A channel did not take what it was to tell people, and the service gave it up: those who read there know nothing of it. The setting holds the address of the channel; the reason says what it answered. Look: does the channel, or the workflow behind it, still exist, and is it on? Put the new address into the setting. Nothing is sent again: promote list --status waiting shows what waits for people, promote show <promotion_id> the rest. It is resolved about three hours after the last one.'
    query: replace(loadTextContent('failed.kql'), 'let fact = "failed";', 'let fact = "notice_failed";')
    every: 'PT30M'
    window: 'PT2H'
    aggregation: 'Count'
    measure: null
    threshold: 0
    dimensions: [{ name: 'setting', operator: 'Include', values: ['*'] }]
  }
]

var topics = join(systemTopicIds, ',')

var withTopics = [
  {
    name: 'intake-silent'
    title: 'Models are registered, and the service does not hear of them'
    description: 'For at least half an hour Event Grid has had events for the service, and none of the last two hours is recorded: neither as a promotion, nor as ignored or a duplicate. Look: is the function app running, does the event subscription lead to its function on_model_registered, is /runtime/webhooks/* excluded from authentication? Event Grid tries again for a day. What it gives up: promote submit --model <model> --version <version> --reason "<the event was lost>". It is resolved about an hour after an event is answered again, and also three hours after the last event.'
    query: replace(loadTextContent('intake-silent.kql'), 'let topics = "";', 'let topics = "${topics}";')
    every: 'PT30M'
    window: 'PT2H'
    aggregation: 'Total'
    measure: 'matched'
    threshold: 0
    dimensions: []
  }
]

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in concat(always, empty(systemTopicIds) ? [] : withTopics): {
    name: '${namePrefix}-${rule.name}'
    location: location
    kind: 'LogAlert'
    tags: tags
    properties: {
      displayName: '${namePrefix}: ${rule.title}'
      description: rule.description
      enabled: enabled
      severity: severity[rule.name]
      scopes: [workspaceId]
      evaluationFrequency: rule.every
      windowSize: rule.window
      autoMitigate: true
      // A table without rows may not be there yet when this is deployed; the tests have checked the query.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: rule.aggregation
            metricMeasureColumn: rule.measure
            operator: 'GreaterThan'
            threshold: rule.threshold
            dimensions: rule.dimensions
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: actionGroupIds }
    }
  }
]
