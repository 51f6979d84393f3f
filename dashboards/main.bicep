// The workbook and the alert rules of the promotion service. docs/how-to/install-the-dashboards.md says how to
// deploy them. No query stands in here: the .kql files are loaded when this is compiled.
targetScope = 'resourceGroup'

@description('Resource id of the Log Analytics workspace behind Application Insights: it has the table AppEvents.')
param workspaceId string

@description('Resource id of the resource in whose Workbooks gallery the workbook stands, such as the Application Insights resource.')
param galleryId string = workspaceId

@description('Region of the workbook and of the rules on logs: that of the workspace.')
param location string = resourceGroup().location

@description('What the names of the rules begin with.')
param namePrefix string = 'promotion'

@description('Name of the workbook, as people read it.')
param workbookName string = 'Model promotion'

@description('Resource ids of the action groups that are told when an alert fires. None: alerts are only shown in Azure Monitor.')
param actionGroupIds array = []

@description('Resource ids of the Event Grid system topics of the source workspaces. None: nothing watches the delivery of events.')
param systemTopicIds array = []

@description('Name of the event subscription on these topics; *: all that they have.')
param eventSubscriptionName string = '*'

@description('A severity from 0 (critical) to 4 (verbose) by the name of an alert, where it is not to be the usual one, such as {failed: 0}.')
param severities object = {}

@description('An approval that has waited for more hours than this is told. A rule on logs looks back two days at most.')
@minValue(1)
@maxValue(47)
param approvalHours int = 24

@description('More failed attempts than this to deliver events, within half an hour, are told.')
@minValue(0)
param failingDeliveries int = 5

@description('Whether the metrics of these topics are sent to the workspace, for the alert intake-silent. false: another diagnostic setting sends them there already; Azure takes no second one.')
param sendMetrics bool = true

@description('Whether the rules are evaluated.')
param enabled bool = true

@description('Tags of all that is made.')
param tags object = {}

module workbook 'workbook/workbook.bicep' = {
  name: '${namePrefix}-workbook'
  params: {
    workspaceId: workspaceId
    galleryId: galleryId
    location: location
    displayName: workbookName
    tags: tags
  }
}

module logAlerts 'alerts/logs.bicep' = {
  name: '${namePrefix}-log-alerts'
  params: {
    workspaceId: workspaceId
    location: location
    namePrefix: namePrefix
    actionGroupIds: actionGroupIds
    systemTopicIds: systemTopicIds
    severities: severities
    approvalHours: approvalHours
    enabled: enabled
    tags: tags
  }
}

// Each in the resource group of its topic, because a diagnostic setting belongs to what it is set on.
module topicAlerts 'alerts/event-grid.bicep' = [
  for topicId in systemTopicIds: {
    name: '${namePrefix}-topic-${uniqueString(topicId)}'
    scope: resourceGroup(split(topicId, '/')[2], split(topicId, '/')[4])
    params: {
      workspaceId: workspaceId
      systemTopicName: last(split(topicId, '/'))
      eventSubscriptionName: eventSubscriptionName
      namePrefix: namePrefix
      actionGroupIds: actionGroupIds
      severities: severities
      failingDeliveries: failingDeliveries
      sendMetrics: sendMetrics
      enabled: enabled
      tags: tags
    }
  }
]

output workbookId string = workbook.outputs.workbookId
