// The workbook: what panels.json says, with the queries of ../queries.
targetScope = 'resourceGroup'

@description('Resource id of the Log Analytics workspace that has the table AppEvents.')
param workspaceId string

@description('Resource id of the resource in whose Workbooks gallery it stands.')
param galleryId string

@description('Region.')
param location string

@description('Its name, as people read it.')
param displayName string

@description('Tags.')
param tags object

var panels = any(loadJsonContent('panels.json'))

var queries = {
  decisions: loadTextContent('../queries/decisions.kql')
  'duplicates-and-ignored': loadTextContent('../queries/duplicates-and-ignored.kql')
  failures: loadTextContent('../queries/failures.kql')
  'four-keys': loadTextContent('../queries/four-keys.kql')
  'intake-delay': loadTextContent('../queries/intake-delay.kql')
  'lead-time': loadTextContent('../queries/lead-time.kql')
  promotions: loadTextContent('../queries/promotions.kql')
  'promotions-by-outcome': loadTextContent('../queries/promotions-by-outcome.kql')
  refusals: loadTextContent('../queries/refusals.kql')
  rollbacks: loadTextContent('../queries/rollbacks.kql')
  timeline: loadTextContent('../queries/timeline.kql')
  'waiting-now': loadTextContent('../queries/waiting-now.kql')
  'what-serves': loadTextContent('../queries/what-serves.kql')
  'where-the-time-goes': loadTextContent('../queries/where-the-time-goes.kql')
}

// What all queries have in common, parameters too.
var asked = {
  version: 'KqlItem/1.0'
  size: 0
  queryType: 0
  resourceType: 'microsoft.operationalinsights/workspaces'
  crossComponentResources: [workspaceId]
  timeContext: { durationMs: 0 }
  timeContextFromParameter: 'TimeRange'
  noDataMessage: 'Nothing in this time range.'
  showExportToExcel: true
}

// A choice of all is a star: a parameter of a workbook that has no value is not an empty text.
var allRoutes = 'let route = "";'
var chosenRoute = 'let route = iff("{Route}" == "*", "", "{Route}");'
var allStages = 'let stage = "";'
var chosenStage = 'let stage = iff("{Stage}" == "*", "", "{Stage}");'
var allPromotions = 'let promotion = "";'
var chosenPromotion = 'let promotion = "{promotion}";'

var parameters = {
  type: 9
  name: 'parameters'
  content: {
    version: 'KqlParameterItem/1.0'
    style: 'pills'
    queryType: 0
    resourceType: 'microsoft.operationalinsights/workspaces'
    crossComponentResources: [workspaceId]
    parameters: [
      {
        id: guid(workspaceId, 'TimeRange')
        version: 'KqlParameterItem/1.0'
        name: 'TimeRange'
        label: 'Time range'
        type: 4
        isRequired: true
        value: { durationMs: 2592000000 }
        typeSettings: {
          selectableValues: [
            { durationMs: 86400000 }
            { durationMs: 604800000 }
            { durationMs: 2592000000 }
            { durationMs: 7776000000 }
          ]
          allowCustom: true
        }
      }
      {
        id: guid(workspaceId, 'Route')
        version: 'KqlParameterItem/1.0'
        name: 'Route'
        label: 'Route'
        type: 2
        isRequired: true
        query: loadTextContent('routes.kql')
        crossComponentResources: [workspaceId]
        value: '*'
        timeContext: { durationMs: 0 }
        timeContextFromParameter: 'TimeRange'
        queryType: 0
        resourceType: 'microsoft.operationalinsights/workspaces'
      }
      {
        id: guid(workspaceId, 'Stage')
        version: 'KqlParameterItem/1.0'
        name: 'Stage'
        label: 'Stage'
        type: 2
        isRequired: true
        query: loadTextContent('stages.kql')
        crossComponentResources: [workspaceId]
        value: '*'
        timeContext: { durationMs: 0 }
        timeContextFromParameter: 'TimeRange'
        queryType: 0
        resourceType: 'microsoft.operationalinsights/workspaces'
      }
    ]
  }
}

var tabs = {
  type: 11
  name: 'tabs'
  content: {
    version: 'LinkItem/1.0'
    style: 'tabs'
    links: map(panels.tabs, tab => {
      id: guid(workspaceId, tab.name)
      cellValue: 'tab'
      linkTarget: 'parameter'
      linkLabel: tab.label
      subTarget: tab.name
      style: 'link'
    })
  }
}

// The timeline asks for the one promotion, and for all of its stages. It stands under each table in which one can
// choose a promotion: a group keeps its parameters for itself.
var timeline = {
  type: 3
  name: 'timeline'
  conditionalVisibility: { parameterName: 'promotion', comparison: 'isNotEqualTo' }
  content: union(asked, panels.timeline, {
    title: concat(split(split(queries.timeline, ' question: ')[1], '\n')[0], ' {promotion}')
    query: replace(queries.timeline, allPromotions, chosenPromotion)
  })
}

var groups = map(panels.tabs, tab => {
  type: 12
  name: tab.name
  conditionalVisibility: { parameterName: 'tab', comparison: 'isEqualTo', value: tab.name }
  content: {
    version: 'NotebookGroup/1.0'
    groupType: 'editable'
    items: concat(
      map(tab.panels, panel => {
        type: 3
        name: panel.name
        customWidth: panel.width
        content: union(asked, panel.content, {
          title: split(split(queries[panel.query], ' question: ')[1], '\n')[0]
          query: concat(
            replace(replace(queries[panel.query], allRoutes, chosenRoute), allStages, chosenStage),
            panel.then
          )
        })
      }),
      tab.drill ? [timeline] : []
    )
  }
})

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // The same for each deployment to this resource group, so that it is changed and not made again.
  name: guid(resourceGroup().id, 'model-promotion-workbook')
  location: location
  kind: 'shared'
  tags: tags
  properties: {
    displayName: displayName
    description: 'How model versions are promoted, from the audit records of the promotion service.'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: galleryId
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat([{ type: 1, name: 'about', content: { json: panels.about } }, parameters, tabs], groups)
      fallbackResourceIds: [galleryId]
      '$schema': 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json'
    })
  }
}

output workbookId string = workbook.id
